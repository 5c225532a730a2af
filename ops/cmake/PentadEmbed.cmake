# pt_embed(RET_SOURCE NAME FILE…): files built into a program as C strings. RET_SOURCE is the C file
# to compile; it defines `const char *const NAME[]`, in name order, and `const size_t NAME_count`.
include_guard(GLOBAL)

function(pt_embed ret_source name)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${name}.c)
  set(script ${CMAKE_SOURCE_DIR}/ops/cmake/embed.cmake)
  string(REPLACE ";" "\\;" files "${ARGN}")
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DNAME=${name} "-DFILES=${files}" -P ${script}
    DEPENDS ${ARGN} ${script} VERBATIM)
  set(${ret_source} ${out} PARENT_SCOPE)
endfunction()
