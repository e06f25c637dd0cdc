# Programs for libFuzzer, built by "./noma fuzz": one for each reader, and one for all allocators.
# What needs ns-3 is compiled here once more, with the sanitizers and coverage that libFuzzer is
# guided by; ns-3's own libraries are taken as they are.
set(_fuzz_dir ${PROJECT_SOURCE_DIR}/fuzz)
set(_fuzz_core instance decision dnn graph device cuts)
set(_fuzz_ns3 error-table workload wire-header wire-stream)

# readers need no solver: they are ready sooner without
set(_fuzz_rooms ${noma_core_sources})
list(FILTER _fuzz_rooms INCLUDE REGEX "core/(problem|dnn|io)/")
add_library(noma-fuzz-readers STATIC EXCLUDE_FROM_ALL ${_fuzz_rooms})
target_include_directories(noma-fuzz-readers PUBLIC ${_core_include} ${PROJECT_SOURCE_DIR}/test)

add_library(noma-fuzz-ns3-readers STATIC EXCLUDE_FROM_ALL
  model/inference/noma-inference-header.cc
  model/inference/noma-inference-stream.cc
  model/inference/noma-wire-fault.cc
  model/inference/noma-workload.cc
  model/radio/noma-error-model.cc
)
target_include_directories(noma-fuzz-ns3-readers BEFORE PUBLIC ${PROJECT_BINARY_DIR}/include)
target_link_libraries(noma-fuzz-ns3-readers PUBLIC noma-fuzz-readers ${libcore} ${libnetwork})

set(_fuzz_targets)
foreach(_target IN LISTS _fuzz_core _fuzz_ns3 ITEMS allocators)
  set(_program noma-fuzz-${_target})
  add_executable(${_program} EXCLUDE_FROM_ALL ${_fuzz_dir}/${_program}.cc)
  target_link_options(${_program} PRIVATE -fsanitize=fuzzer)
  list(APPEND _fuzz_targets ${_program})
  if(_target IN_LIST _fuzz_ns3)
    target_link_libraries(${_program} PRIVATE noma-fuzz-ns3-readers)
  else()
    target_link_libraries(${_program} PRIVATE noma-fuzz-readers)
  endif()
endforeach()
set(_fuzz_rooms ${noma_core_sources})
list(FILTER _fuzz_rooms INCLUDE REGEX "core/(solve|method)/")
target_sources(noma-fuzz-allocators PRIVATE ${_fuzz_rooms} ${_fuzz_dir}/noma-fuzz-mutator.cc)
add_custom_target(noma-fuzz DEPENDS ${_fuzz_targets})
