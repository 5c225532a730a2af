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

# pt_test(NAME SOURCES … DEPS … LIBS …): a Criterion binary, run by CTest as unit/NAME.
function(pt_test name)
  cmake_parse_arguments(R "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_executable(test_${name} ${R_SOURCES})
  target_include_directories(test_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(test_${name} PRIVATE pt_flags ${R_DEPS} ${R_LIBS} criterion
    Threads::Threads)
  target_compile_definitions(test_${name} PRIVATE
    PT_SOURCE_DIR="${CMAKE_SOURCE_DIR}" PT_BINARY_DIR="${CMAKE_BINARY_DIR}")
  set_target_properties(test_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME unit/${name} COMMAND test_${name} --jobs 1)
  # Criterion reports a leak found at exit as a pass: the text decides.
  set_tests_properties(unit/${name} PROPERTIES TIMEOUT 300
    FAIL_REGULAR_EXPRESSION "SUMMARY:;runtime error:")
endfunction()

# pt_fuzz(NAME SOURCES … DEPS … LIBS …): a libFuzzer target (preset fuzz) with its corpus in
# tests/fuzz/corpus/NAME.
function(pt_fuzz name)
  if(NOT PT_FUZZ)
    return()
  endif()
  cmake_parse_arguments(R "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_executable(fuzz_${name} ${R_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE pt_flags ${R_DEPS} ${R_LIBS} Threads::Threads)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
endfunction()
