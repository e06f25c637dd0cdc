# The radio beside ns-3's LTE module: built by "cmake --build . --target noma-radio-bench".
if(TARGET "${liblte}")
  add_executable(noma-radio-bench EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/bench/noma-radio-bench.cc
                                                   ${PROJECT_SOURCE_DIR}/bench/noma-lte-peer.cc)
  target_link_libraries(noma-radio-bench PRIVATE noma ${liblte} ${libmobility} ${libnetwork}
                                                 ${libcore})
endif()
