# Stand-alone builds: tests of the module as a whole, written as scripts in utils/.
# first the Python that apt's packages (NumPy, matplotlib) serve
find_program(NOMA_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(NOMA_PYTHON NAMES python3)
find_program(NOMA_PARALLEL NAMES parallel)
find_program(NOMA_PKG_CONFIG NAMES pkg-config)
mark_as_advanced(NOMA_PYTHON NOMA_PARALLEL NOMA_PKG_CONFIG)

function(noma_check name)
  add_test(NAME check-${name}
           COMMAND ${NOMA_PYTHON} ${PROJECT_SOURCE_DIR}/utils/check-${name} ${ARGN})
endfunction()

if(NOMA_PYTHON)
  noma_check(layers)
  noma_check(missing)
  add_test(NAME check-mutants COMMAND ${NOMA_PYTHON} ${PROJECT_SOURCE_DIR}/utils/mutants --check)
  noma_check(wscript ${PROJECT_BINARY_DIR})
  noma_check(includes ${PROJECT_BINARY_DIR})
  add_test(NAME noma-dnn-tools COMMAND ${NOMA_PYTHON} ${PROJECT_SOURCE_DIR}/test/noma-dnn-tools-test.py
                                       ${PROJECT_BINARY_DIR}/bin)
  add_test(NAME noma-kpi COMMAND ${NOMA_PYTHON} ${PROJECT_SOURCE_DIR}/test/noma-kpi-test.py
                                 ${PROJECT_BINARY_DIR}/bin)
  add_test(NAME noma-onnx COMMAND ${NOMA_PYTHON} ${PROJECT_SOURCE_DIR}/test/noma-onnx-test.py
                                  ${PROJECT_BINARY_DIR}/bin)
  set_tests_properties(noma-onnx PROPERTIES SKIP_RETURN_CODE 77) # no python3-onnx
  noma_check(docs ${PROJECT_BINARY_DIR})
  add_test(NAME noma-tools COMMAND ${NOMA_PYTHON} ${PROJECT_SOURCE_DIR}/test/noma-tools-test.py
                                   ${PROJECT_BINARY_DIR}/bin)
  # every option at its limits takes minutes, so it runs only when asked for:
  #   ctest -C Sweep -R noma-options
  add_test(NAME noma-options CONFIGURATIONS Sweep
           COMMAND ${NOMA_PYTHON} ${PROJECT_SOURCE_DIR}/test/noma-options-test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  if(NOMA_PARALLEL)
    noma_check(campaign)
  endif()
  if(NS3_EXAMPLES)
    add_test(NAME noma-experiment
             COMMAND ${NOMA_PYTHON} ${PROJECT_SOURCE_DIR}/test/noma-experiment-test.py
                     ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
    add_test(NAME noma-look
             COMMAND ${NOMA_PYTHON} ${PROJECT_SOURCE_DIR}/test/noma-look-test.py
                     ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
    if(TARGET noma-any-network)
      add_test(NAME noma-networks
               COMMAND ${NOMA_PYTHON} ${PROJECT_SOURCE_DIR}/test/noma-networks-test.py
                       ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
    endif()
  endif()
  # noma-link against the same conditions simulated in NumPy, at random points
  execute_process(COMMAND ${NOMA_PYTHON} -c "import numpy" RESULT_VARIABLE _no_numpy
                  OUTPUT_QUIET ERROR_QUIET)
  if(NS3_EXAMPLES AND NOMA_PARALLEL AND "${_no_numpy}" STREQUAL "0")
    add_test(NAME noma-python COMMAND ${NOMA_PYTHON} ${PROJECT_SOURCE_DIR}/test/noma-python-test.py
                                      ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  endif()
  if(NS3_EXAMPLES AND "${_no_numpy}" STREQUAL "0")
    foreach(_test env env-protocol agent)
      add_test(NAME noma-${_test}
               COMMAND ${NOMA_PYTHON} ${PROJECT_SOURCE_DIR}/test/noma-${_test}-test.py
                       ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
    endforeach()
    noma_check(notebook ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
    add_test(NAME check-noma-link
             COMMAND ${NOMA_PYTHON} ${PROJECT_SOURCE_DIR}/test/reference/noma_link_reference.py
                     --program ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/noma-link --points 12)
  endif()
  execute_process(COMMAND ${NOMA_PYTHON} -c "import scipy.optimize" RESULT_VARIABLE _no_scipy
                  OUTPUT_QUIET ERROR_QUIET)
  if("${_no_scipy}" STREQUAL "0")
    add_test(NAME noma-fit-device
             COMMAND ${NOMA_PYTHON} ${PROJECT_SOURCE_DIR}/test/noma-fit-device-test.py)
  endif()
  # a sanitizer or coverage build needs its flags outside as well
  if(NOMA_PKG_CONFIG AND NOT CMAKE_CXX_FLAGS)
    noma_check(install ${PROJECT_BINARY_DIR})
  endif()
endif()

add_executable(noma-type-ids utils/noma-type-ids.cc)
target_link_libraries(noma-type-ids PRIVATE noma)

# Sanitizers slow the link simulations down by more than what ctest allows for by default.
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize|--coverage")
  get_property(_tests DIRECTORY PROPERTY TESTS)
  set_tests_properties(${_tests} PROPERTIES TIMEOUT 7200)
endif()
