# Finds libonnx (Debian: libonnx-dev, libprotobuf-dev). Its own CMake package names no folder of headers
# that exists in Debian, so it is looked for by hand.
find_path(NOMA_ONNX_INCLUDE_DIR onnx/shape_inference/implementation.h)
find_library(NOMA_ONNX_LIBRARY onnx)
find_library(NOMA_ONNX_PROTO_LIBRARY onnx_proto)
find_path(NOMA_PROTOBUF_INCLUDE_DIR google/protobuf/message.h)
find_library(NOMA_PROTOBUF_LIBRARY protobuf)
mark_as_advanced(NOMA_ONNX_INCLUDE_DIR NOMA_ONNX_LIBRARY NOMA_ONNX_PROTO_LIBRARY
                 NOMA_PROTOBUF_INCLUDE_DIR NOMA_PROTOBUF_LIBRARY)
set(noma_onnx_links)
if(NOMA_ONNX_INCLUDE_DIR AND NOMA_ONNX_LIBRARY AND NOMA_ONNX_PROTO_LIBRARY
   AND NOMA_PROTOBUF_INCLUDE_DIR AND NOMA_PROTOBUF_LIBRARY)
  set(noma_onnx_links ${NOMA_ONNX_LIBRARY} ${NOMA_ONNX_PROTO_LIBRARY} ${NOMA_PROTOBUF_LIBRARY})
  include_directories(SYSTEM ${NOMA_ONNX_INCLUDE_DIR} ${NOMA_PROTOBUF_INCLUDE_DIR})
  set_source_files_properties(model/core/io/noma-onnx.cc model/core/io/noma-onnx-check.cc PROPERTIES
    COMPILE_DEFINITIONS "ONNX_NAMESPACE=onnx;ONNX_ML=1")
else()
  message(STATUS "noma: reads no ONNX models, because it has no libonnx (libonnx-dev)")
endif()
# inside an ns-3 tree the library's list of links; alone, noma-core.cmake and CMakeLists.txt link
set(noma_onnx_in_tree)
if(NOT NOMA_STANDALONE)
  set(noma_onnx_in_tree ${noma_onnx_links})
endif()

# Puts the reader in the place of its stand-in. The list names the stand-in for waf.
function(noma_choose_onnx list)
  if(noma_onnx_links)
    list(REMOVE_ITEM ${list} model/core/io/noma-onnx-none.cc)
    list(APPEND ${list} model/core/io/noma-onnx.cc model/core/io/noma-onnx-check.cc
                        model/core/io/noma-onnx-layers.cc model/core/io/noma-onnx-model.cc
                        model/core/io/noma-onnx-work.cc)
    set(${list} ${${list}} PARENT_SCOPE)
  endif()
endfunction()
