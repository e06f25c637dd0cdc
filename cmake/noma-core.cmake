# Stand-alone builds: the optimisation core as a static library that sees no ns-3 header, the
# command-line tools on top of it, and the benchmarks.

# stub headers, so that "ns3/noma-x.h" of another room is found; they are all that it sees of ns3/
set(_core_include ${PROJECT_BINARY_DIR}/core-include)
foreach(_h IN LISTS noma_core_headers noma_core_private_headers)
  get_filename_component(_n ${_h} NAME)
  file(GENERATE OUTPUT ${_core_include}/ns3/${_n} CONTENT "#include \"${PROJECT_SOURCE_DIR}/${_h}\"\n")
endforeach()

add_library(noma-core-objects OBJECT ${noma_core_sources})
target_include_directories(noma-core-objects PRIVATE ${_core_include})
set_target_properties(noma-core-objects PROPERTIES POSITION_INDEPENDENT_CODE ON)
add_library(noma-core STATIC $<TARGET_OBJECTS:noma-core-objects>)
target_link_libraries(noma-core PRIVATE ${noma_onnx_links})
target_include_directories(noma-core PUBLIC ${_core_include})

file(GLOB noma_tool_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/noma-*.cc)
foreach(_source IN LISTS noma_tool_sources)
  get_filename_component(_tool ${_source} NAME_WE)
  add_executable(${_tool} ${_source})
  target_link_libraries(${_tool} PRIVATE noma-core)
  install(TARGETS ${_tool})
endforeach()

# Profiles of this machine, where OpenCV's dnn module is there to build with
find_path(NOMA_OPENCV_INCLUDE_DIR opencv2/dnn.hpp PATH_SUFFIXES opencv4)
find_library(NOMA_OPENCV_DNN_LIBRARY opencv_dnn)
find_library(NOMA_OPENCV_CORE_LIBRARY opencv_core)
mark_as_advanced(NOMA_OPENCV_INCLUDE_DIR NOMA_OPENCV_DNN_LIBRARY NOMA_OPENCV_CORE_LIBRARY)
if(NOMA_OPENCV_INCLUDE_DIR AND NOMA_OPENCV_DNN_LIBRARY AND NOMA_OPENCV_CORE_LIBRARY)
  target_sources(noma-measure PRIVATE ${PROJECT_SOURCE_DIR}/tools/measure-opencv.cc)
  target_include_directories(noma-measure SYSTEM PRIVATE ${NOMA_OPENCV_INCLUDE_DIR})
  target_link_libraries(noma-measure PRIVATE ${NOMA_OPENCV_DNN_LIBRARY} ${NOMA_OPENCV_CORE_LIBRARY})
else()
  target_sources(noma-measure PRIVATE ${PROJECT_SOURCE_DIR}/tools/measure-none.cc)
  message(STATUS "noma-measure cannot measure, because it has no OpenCV dnn (libopencv-dnn-dev)")
endif()

# How good the allocators' decisions are: a study, not a benchmark
add_executable(noma-core-quality ${PROJECT_SOURCE_DIR}/bench/noma-core-quality.cc)
target_sources(noma-core-quality PRIVATE ${PROJECT_SOURCE_DIR}/bench/noma-core-quality-kinds.cc
                                         ${PROJECT_SOURCE_DIR}/bench/noma-core-scenario.cc)
target_link_libraries(noma-core-quality PRIVATE noma-core)

# A program of its own, because it counts what the global operator new does
add_executable(noma-core-allocations ${PROJECT_SOURCE_DIR}/test/noma-core-allocations.cc)
target_link_libraries(noma-core-allocations PRIVATE noma-core)
add_test(NAME noma-core-allocations COMMAND noma-core-allocations)

# Malformed messages for the decoder of learning environments; counts on the command line
add_executable(noma-environment-fuzz ${PROJECT_SOURCE_DIR}/test/noma-environment-fuzz.cc)
target_link_libraries(noma-environment-fuzz PRIVATE noma-core)
add_test(NAME noma-environment-fuzz COMMAND noma-environment-fuzz 100000 2)

# Networks, device profiles and cut tables changed at random; more with a count on the command line
add_executable(noma-model-mutants ${PROJECT_SOURCE_DIR}/test/noma-model-mutants.cc)
target_link_libraries(noma-model-mutants PRIVATE noma-core)
file(GLOB _mutated ${PROJECT_SOURCE_DIR}/data/*.json ${PROJECT_SOURCE_DIR}/data/devices/*.json
                   ${PROJECT_SOURCE_DIR}/fuzz/corpus/dnn/* ${PROJECT_SOURCE_DIR}/fuzz/corpus/device/*
                   ${PROJECT_SOURCE_DIR}/fuzz/corpus/cuts/*)
add_test(NAME noma-model-mutants COMMAND noma-model-mutants 5000 0 1 ${_mutated})

# What Li-GD costs, and what becomes of the paper's corollaries
foreach(_study noma-core-corollaries noma-core-li-gd-study noma-core-slot-study)
  add_executable(${_study} ${PROJECT_SOURCE_DIR}/bench/${_study}.cc
                           ${PROJECT_SOURCE_DIR}/bench/noma-core-scenario.cc)
  target_link_libraries(${_study} PRIVATE noma-core)
endforeach()
foreach(_part descent convexity growth warm-start rounding)
  target_sources(noma-core-corollaries
                 PRIVATE ${PROJECT_SOURCE_DIR}/bench/noma-core-corollaries-${_part}.cc)
endforeach()

option(NOMA_BENCH "Build the benchmarks (needs libbenchmark-dev)" OFF)
if(NOMA_BENCH)
  find_package(benchmark REQUIRED)
  file(GLOB noma_bench_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/bench/noma-core-*-bench.cc)
  foreach(_source IN LISTS noma_bench_sources)
    get_filename_component(_bench ${_source} NAME_WE)
    add_executable(${_bench} ${_source})
    target_link_libraries(${_bench} PRIVATE noma-core benchmark::benchmark)
  endforeach()
endif()

# The continuous solvers beside general ones, where those are installed
if(NOMA_BENCH)
  find_path(NOMA_IPOPT_INCLUDE_DIR IpTNLP.hpp PATH_SUFFIXES coin coin-or)
  find_library(NOMA_IPOPT_LIBRARY ipopt)
  find_path(NOMA_NLOPT_INCLUDE_DIR nlopt.h)
  find_library(NOMA_NLOPT_LIBRARY nlopt)
  mark_as_advanced(NOMA_IPOPT_INCLUDE_DIR NOMA_IPOPT_LIBRARY NOMA_NLOPT_INCLUDE_DIR
                   NOMA_NLOPT_LIBRARY)
  set(_peers)
  foreach(_peer IPOPT NLOPT)
    if(NOMA_${_peer}_INCLUDE_DIR AND NOMA_${_peer}_LIBRARY)
      list(APPEND _peers ${_peer})
    endif()
  endforeach()
  if(_peers)
    add_executable(noma-core-peers ${PROJECT_SOURCE_DIR}/bench/noma-core-peers.cc
                                   ${PROJECT_SOURCE_DIR}/bench/noma-core-scenario.cc)
    target_link_libraries(noma-core-peers PRIVATE noma-core)
  endif()
  foreach(_peer IN LISTS _peers)
    string(TOLOWER ${_peer} _name)
    target_sources(noma-core-peers PRIVATE ${PROJECT_SOURCE_DIR}/bench/noma-core-peers-${_name}.cc)
    target_compile_definitions(noma-core-peers PRIVATE NOMA_HAVE_${_peer})
    target_include_directories(noma-core-peers SYSTEM PRIVATE ${NOMA_${_peer}_INCLUDE_DIR})
    target_link_libraries(noma-core-peers PRIVATE ${NOMA_${_peer}_LIBRARY})
  endforeach()
  if(NOT _peers STREQUAL "IPOPT;NLOPT")
    message(STATUS "noma-core-peers compares with \"${_peers}\" of IPOPT (coinor-libipopt-dev) and "
                   "NLopt (libnlopt-dev)")
  endif()
endif()

# Reads ONNX files changed at random; how many is said on its command line
if(noma_onnx_links)
  add_executable(noma-onnx-mutants ${PROJECT_SOURCE_DIR}/test/noma-onnx-mutants.cc)
  target_link_libraries(noma-onnx-mutants PRIVATE noma-core ${noma_onnx_links})
  target_compile_definitions(noma-onnx-mutants PRIVATE ONNX_NAMESPACE=onnx ONNX_ML=1)
  add_test(NAME noma-onnx-mutants
           COMMAND noma-onnx-mutants 5000 0 1 ${PROJECT_SOURCE_DIR}/test/data/lenet-5.onnx)
endif()
