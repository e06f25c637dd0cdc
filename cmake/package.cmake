# Included from build_lib(): what lets a program outside build against the installed module, with
# find_package(noma) or with pkg-config.  Both must carry the definitions that the module itself was
# compiled with: with NS_LOG compiled in or out, some ns-3 classes differ in size.  The headers of
# newer ns-3 also need a newer standard than compilers take unasked; a later -std of the user wins.
set(_ns3_files)
foreach(_l IN LISTS BLIB_LIBRARIES_TO_LINK)
  list(APPEND _ns3_files $<TARGET_FILE:${_l}>)
endforeach()
set(_ns3_include $<TARGET_PROPERTY:${libcore},INTERFACE_INCLUDE_DIRECTORIES>)
get_directory_property(_definitions COMPILE_DEFINITIONS)
list(FILTER _definitions INCLUDE REGEX "^(NS3_|NOMA_)")
list(TRANSFORM _definitions PREPEND "-D" OUTPUT_VARIABLE _flags)
list(JOIN _flags " " _flags)

file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/noma-config.cmake CONTENT
"# find_package(noma): defines the target noma::noma
get_filename_component(_noma_prefix \"\${CMAKE_CURRENT_LIST_DIR}/../../..\" ABSOLUTE)
if(NOT TARGET noma::noma)
  add_library(noma::noma SHARED IMPORTED)
  set_target_properties(noma::noma PROPERTIES
    IMPORTED_LOCATION \"\${_noma_prefix}/lib/$<TARGET_FILE_NAME:${BLIB_LIBNAME}>\"
    INTERFACE_INCLUDE_DIRECTORIES \"\${_noma_prefix}/include;${_ns3_include}\"
    INTERFACE_LINK_LIBRARIES \"${_ns3_files}\"
    INTERFACE_COMPILE_DEFINITIONS \"${_definitions}\"
    INTERFACE_COMPILE_FEATURES cxx_std_${CMAKE_CXX_STANDARD}
    INTERFACE_LINK_OPTIONS LINKER:--no-as-needed)
endif()
")
include(CMakePackageConfigHelpers)
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/noma-config-version.cmake
  VERSION ${PROJECT_VERSION}
  COMPATIBILITY SameMajorVersion
)
file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/noma.pc CONTENT
"prefix=\${pcfiledir}/../..
libdir=\${prefix}/lib
includedir=\${prefix}/include

Name: noma
Description: ns-3 module for NOMA access and split inference
Version: ${PROJECT_VERSION}
Cflags: -std=c++${CMAKE_CXX_STANDARD} -I\${includedir} -I$<JOIN:${_ns3_include}, -I> ${_flags}
Libs: -Wl,--no-as-needed -L\${libdir} -lns${NS3_VER}-${BLIB_LIBNAME} $<JOIN:${_ns3_files}, >
")
install(FILES ${PROJECT_BINARY_DIR}/noma-config.cmake
              ${PROJECT_BINARY_DIR}/noma-config-version.cmake
        DESTINATION lib/cmake/noma)
install(FILES ${PROJECT_BINARY_DIR}/noma.pc DESTINATION lib/pkgconfig)
# the Python package, and what its campaigns run
install(DIRECTORY ${PROJECT_SOURCE_DIR}/python/noma DESTINATION lib/python3/site-packages
        FILES_MATCHING PATTERN "*.py")
install(PROGRAMS ${PROJECT_SOURCE_DIR}/utils/campaign DESTINATION share/noma)
