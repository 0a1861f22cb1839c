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
target_link_libraries(sails_command PRIVATE sails PkgConfig::MSGPACK PkgConfig::PCRE2 m)
install(TARGETS sails_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

# It compiles applications with the flags of pkg-config, which it finds beside itself.
file(CONFIGURE OUTPUT generated/cli_libdir.h CONTENT
  "/* From the prefix of an installation to its libraries. */
#define SAILS_LIBDIR \"@CMAKE_INSTALL_LIBDIR@\"
" @ONLY)
set(SAILS_PC_SANITIZE "")
if(SAILS_SANITIZE)
  set(SAILS_PC_SANITIZE "-fsanitize=${SAILS_SANITIZE}")
endif()
configure_file(cmake/sails-uninstalled.pc.in sails-uninstalled.pc @ONLY)
