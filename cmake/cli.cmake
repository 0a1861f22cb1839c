# The command `sails`: the floor cli and its tools of base, with the library as every program has it. So what
# the command can do, a program of somebody else can do, too.

# The files below src/cli/templates/ become a part of the command. Written at configuring time, and again when one
# of them has changed.
file(GLOB_RECURSE templates CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/src/cli/templates
     ${PROJECT_SOURCE_DIR}/src/cli/templates/*)
set(data "")
foreach(template IN LISTS templates)
  set(file ${PROJECT_SOURCE_DIR}/src/cli/templates/${template})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} bytes HEX)
  string(LENGTH "${bytes}" len)
  math(EXPR len "${len} / 2")
  string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")
  string(APPEND data "    {\"${template}\", \"${bytes}\", ${len}},\n")
endforeach()
file(CONFIGURE OUTPUT generated/cli_templates_data.h CONTENT
  "/* src/cli/templates/, by path. */
static const struct {
    const char *path;
    const char *text;
    size_t len;
} templates[] = {
@data@};
" @ONLY)
target_include_directories(floor_cli PRIVATE ${PROJECT_BINARY_DIR}/generated)

add_executable(sails_command $<TARGET_OBJECTS:floor_cli> $<TARGET_OBJECTS:floor_base>)
set_target_properties(sails_command PROPERTIES OUTPUT_NAME sails LINKER_LANGUAGE C
  RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin
  INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
target_link_libraries(sails_command PRIVATE sails PkgConfig::MSGPACK PkgConfig::PCRE2 Threads::Threads m)

# The prompt of the console has history and completion where the system has libedit.
pkg_check_modules(EDIT IMPORTED_TARGET libedit)
set(CLI_HAS_LIBEDIT 0)
if(EDIT_FOUND)
  set(CLI_HAS_LIBEDIT 1)
  target_link_libraries(floor_cli PUBLIC PkgConfig::EDIT)
  target_link_libraries(sails_command PRIVATE PkgConfig::EDIT)
endif()
file(CONFIGURE OUTPUT generated/cli_options.h CONTENT
  "/* What the build has found. */
#define CLI_HAS_LIBEDIT @CLI_HAS_LIBEDIT@
" @ONLY)
install(TARGETS sails_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT command)

# It compiles applications with the flags of pkg-config, which it finds beside itself.
file(CONFIGURE OUTPUT generated/cli_libdir.h CONTENT
  "/* From the prefix of an installation to its libraries. */
#define SAILS_LIBDIR \"@CMAKE_INSTALL_LIBDIR@\"
" @ONLY)
set(pc_sanitize "")
if(SAILS_SANITIZE)
  set(pc_sanitize "-fsanitize=${SAILS_SANITIZE}")
endif()
configure_file(cmake/sails-uninstalled.pc.in sails-uninstalled.pc @ONLY)

# Manual pages and completions come from the command itself, which has the texts.
set(pages "")
file(STRINGS src/cli/cli_commands.c names REGEX "{\\.name = \"")
set(commands "")
foreach(line IN LISTS names)
  string(REGEX REPLACE ".*{\\.name = \"([a-z]+)\".*" "\\1" name "${line}")
  list(APPEND commands ${name})
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS src/cli/cli_commands.c)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/man ${PROJECT_BINARY_DIR}/completion)
foreach(name IN ITEMS "" ${commands})
  set(page ${PROJECT_BINARY_DIR}/man/sails.1)
  if(name)
    set(page ${PROJECT_BINARY_DIR}/man/sails-${name}.1)
  endif()
  add_custom_command(OUTPUT ${page} DEPENDS sails_command
    COMMAND sails_command help --man ${name} > ${page} VERBATIM)
  list(APPEND pages ${page})
endforeach()
foreach(shell IN ITEMS bash zsh)
  add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/completion/${shell} DEPENDS sails_command
    COMMAND sails_command completion ${shell} > ${PROJECT_BINARY_DIR}/completion/${shell} VERBATIM)
endforeach()
add_custom_target(sails_manual ALL DEPENDS ${pages} ${PROJECT_BINARY_DIR}/completion/bash
                  ${PROJECT_BINARY_DIR}/completion/zsh)
install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT command)
install(FILES ${PROJECT_BINARY_DIR}/completion/bash RENAME sails
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT command)
install(FILES ${PROJECT_BINARY_DIR}/completion/zsh RENAME _sails
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT command)
install(FILES packaging/sails@.service DESTINATION lib/systemd/system COMPONENT command)
