# pt_room(NAME SOURCES … [DEPS pt_x …] [LIBS pt_dep_y …]): one static library a room. Its public
# headers live in <room>/include; DEPS are other rooms whose headers its own headers or code use.
# A room sees the headers of its DEPS only, so the compiler refuses an arrow that isn't declared;
# tests/lint/floors refuses a declared arrow that docs/architecture.md doesn't have.
include_guard(GLOBAL)

function(pt_room name)
  cmake_parse_arguments(R "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_library(${name} STATIC ${R_SOURCES})
  if(IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/include)
    target_include_directories(${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include)
  endif()
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC pt_flags ${R_DEPS} PRIVATE pt_warnings ${R_LIBS}
    Threads::Threads)
  set_property(GLOBAL APPEND PROPERTY PT_ROOMS ${name})
  set_property(GLOBAL PROPERTY PT_ROOM_DEPS_${name} "${R_DEPS}")
endfunction()

# pt_program(NAME SOURCES … DEPS … LIBS …): an executable of ours, put in <build>/bin.
function(pt_program name)
  cmake_parse_arguments(R "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_executable(${name} ${R_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE pt_flags pt_warnings ${R_DEPS} ${R_LIBS} Threads::Threads)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# pt_test(NAME [TIMEOUT seconds] SOURCES … DEPS … LIBS …): a Criterion binary, run by CTest as
# unit/NAME, within 300 s where it isn't told otherwise.
# ThreadSanitizer can't run Criterion, so there these are targets that nothing builds: see pt_race.
function(pt_test name)
  cmake_parse_arguments(R "" "TIMEOUT" "SOURCES;DEPS;LIBS" ${ARGN})
  if(NOT R_TIMEOUT)
    set(R_TIMEOUT 300)
  endif()
  add_executable(test_${name} ${R_SOURCES})
  target_include_directories(test_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(test_${name} PRIVATE pt_flags pt_test_warnings ${R_DEPS} ${R_LIBS} criterion
    Threads::Threads)
  target_compile_definitions(test_${name} PRIVATE
    PT_SOURCE_DIR="${CMAKE_SOURCE_DIR}" PT_BINARY_DIR="${CMAKE_BINARY_DIR}")
  set_target_properties(test_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  if(PT_SANITIZE MATCHES "thread")
    set_target_properties(test_${name} PROPERTIES EXCLUDE_FROM_ALL ON)
    return()
  endif()
  add_test(NAME unit/${name} COMMAND test_${name} --jobs 1)
  # Criterion reports a leak found at exit as a pass: the text decides.
  set_tests_properties(unit/${name} PROPERTIES LABELS unit TIMEOUT ${R_TIMEOUT}
    FAIL_REGULAR_EXPRESSION "SUMMARY:;runtime error:")
endfunction()

# pt_race(NAME SOURCES … DEPS … LIBS …): a plain program (0 = passed, 77 = skipped) that works the
# threads of a room, run by CTest as race/NAME; the preset tsan runs these.
add_custom_target(races)
function(pt_race name)
  cmake_parse_arguments(R "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_executable(race_${name} ${R_SOURCES})
  target_include_directories(race_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(race_${name} PRIVATE pt_flags pt_test_warnings ${R_DEPS} ${R_LIBS}
    Threads::Threads)
  target_compile_definitions(race_${name} PRIVATE
    PT_SOURCE_DIR="${CMAKE_SOURCE_DIR}" PT_BINARY_DIR="${CMAKE_BINARY_DIR}")
  set_target_properties(race_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_dependencies(races race_${name})
  add_test(NAME race/${name} COMMAND race_${name})
  set_tests_properties(race/${name} PROPERTIES LABELS tsan TIMEOUT 300 SKIP_RETURN_CODE 77)
endfunction()

# pt_fuzz(NAME SOURCES … DEPS … LIBS …): a fuzz target, LLVMFuzzerTestOneInput, with its corpus in
# tests/fuzz/corpus/NAME. The preset fuzz makes it a libFuzzer program (tests/fuzz/run runs them);
# every other preset makes it a test that goes once through the corpus, as fuzz/NAME.
add_custom_target(fuzzers)
function(pt_fuzz name)
  cmake_parse_arguments(R "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_executable(fuzz_${name} ${R_SOURCES})
  target_include_directories(fuzz_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(fuzz_${name} PRIVATE pt_flags pt_test_warnings ${R_DEPS} ${R_LIBS}
    Threads::Threads)
  set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  add_dependencies(fuzzers fuzz_${name})
  if(PT_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz/replay.c)
    add_test(NAME fuzz/${name}
      COMMAND fuzz_${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
    set_tests_properties(fuzz/${name} PROPERTIES LABELS fuzz TIMEOUT 300)
  endif()
endfunction()
