# Wall time of split inference at packet level; not part of the default target:
#   cmake --build build/release --target noma-paper-scale
add_executable(noma-paper-scale EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/bench/noma-paper-scale.cc)
target_link_libraries(noma-paper-scale PRIVATE noma ${CMAKE_DL_LIBS})
