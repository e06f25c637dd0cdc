# Stand-alone builds: tests of the module as a whole, written as scripts in utils/.
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
  add_test(NAME noma-dnn-tools COMMAND ${NOMA_PYTHON} ${PROJECT_SOURCE_DIR}/test/noma-dnn-tools-test.py
                                       ${PROJECT_BINARY_DIR}/bin)
  if(NOMA_PARALLEL)
    noma_check(campaign)
  endif()
  # a sanitizer or coverage build needs its flags outside as well
  if(NOMA_PKG_CONFIG AND NOT CMAKE_CXX_FLAGS)
    noma_check(install ${PROJECT_BINARY_DIR})
  endif()
endif()
