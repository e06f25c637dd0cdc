# Inside an ns-3 tree: the command-line tools as programs of the tree, so that "./ns3 run
# noma-solve" works.
# (This file is not CMakeLists.txt, which ns-3 reads as text: naming our own library is fine here.)
if(TARGET libnoma)
  set(_noma_library libnoma)
else()
  set(_noma_library noma)
endif()
file(GLOB _noma_tools CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/tools/noma-*.cc)
foreach(_source IN LISTS _noma_tools)
  get_filename_component(_tool ${_source} NAME_WE)
  if(_tool STREQUAL "noma-measure")
    list(APPEND _source ${CMAKE_CURRENT_SOURCE_DIR}/tools/measure-none.cc)
  endif()
  build_exec(
    EXECNAME ${_tool}
    SOURCE_FILES ${_source}
    LIBRARIES_TO_LINK ${_noma_library}
    EXECUTABLE_DIRECTORY_PATH ${CMAKE_OUTPUT_DIRECTORY}/contrib/noma/tools
    IGNORE_PCH
  )
endforeach()
