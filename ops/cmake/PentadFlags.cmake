# Compiler and linker flags for everything of ours (generated code is exempt from the warnings).
include_guard(GLOBAL)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

add_library(pt_flags INTERFACE)
target_compile_definitions(pt_flags INTERFACE _GNU_SOURCE)
add_library(pt_warnings INTERFACE)
# With sanitizers gcc's flow warnings see paths that the instrumentation made up.
if(PT_SANITIZE)
  set(pt_flow_warnings -Wno-maybe-uninitialized)
else()
  set(pt_flow_warnings -Wnull-dereference)
endif()
target_compile_options(pt_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes
  -Wmissing-prototypes -Wcast-qual -Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wformat=2
  -Wimplicit-fallthrough
  # Cutting text is meant wherever it goes into a fixed array.
  $<$<C_COMPILER_ID:GNU>:-Wno-format-truncation>
  $<$<C_COMPILER_ID:GNU>:${pt_flow_warnings}>
  $<$<BOOL:${PT_WERROR}>:-Werror>)

# Tests are held to less: a test framework's macros would fail the rest.
add_library(pt_test_warnings INTERFACE)
target_compile_options(pt_test_warnings INTERFACE
  -Wall -Wextra -Wvla -Wformat=2
  $<$<C_COMPILER_ID:GNU>:-Wno-format-truncation>
  $<$<C_COMPILER_ID:GNU>:${pt_flow_warnings}>
  $<$<BOOL:${PT_WERROR}>:-Werror>)

if(PT_SANITIZE)
  target_compile_options(pt_flags INTERFACE
    -fsanitize=${PT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(pt_flags INTERFACE -fsanitize=${PT_SANITIZE})
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_options(pt_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
    -fstack-protector-strong)
  target_link_options(pt_flags INTERFACE -Wl,-z,relro -Wl,-z,now)
  include(CheckPIESupported)
  check_pie_supported(LANGUAGES C)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
endif()

# pt_pkg(ALIAS module): a pkg-config library as pt::ALIAS.
function(pt_pkg alias module)
  pkg_check_modules(${alias} REQUIRED IMPORTED_TARGET GLOBAL ${module})
  add_library(pt_dep_${alias} INTERFACE)
  target_link_libraries(pt_dep_${alias} INTERFACE PkgConfig::${alias})
endfunction()
pt_pkg(protobufc libprotobuf-c)
pt_pkg(crypto libcrypto)
pt_pkg(ssl libssl)
pt_pkg(uv libuv)
pt_pkg(sqlite sqlite3)
pt_pkg(nghttp2 libnghttp2)
pt_pkg(jansson jansson)
pt_pkg(cyaml libcyaml)
pt_pkg(yaml yaml-0.1)
pt_pkg(curl libcurl)
pt_pkg(p11kit p11-kit-1)
pt_pkg(utf8proc libutf8proc)
pt_pkg(zlib zlib)
add_library(pt_dep_csv INTERFACE)   # libcsv ships no pkg-config file
target_link_libraries(pt_dep_csv INTERFACE csv)
