# The JavaScript client, as a text in the library: a server that is copied somewhere serves it still.
# Written at configuring time, and again when the client has changed.
set(client ${PROJECT_SOURCE_DIR}/clients/js/sails.io.js)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${client})
file(READ ${client} bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1, " bytes "${bytes}")
string(REGEX REPLACE "(0x.., 0x.., 0x.., 0x.., 0x.., 0x.., 0x.., 0x.., 0x.., 0x.., 0x.., 0x.., )"
       "\\1\n    " bytes "${bytes}")
file(CONFIGURE OUTPUT generated/sails_io_js.h CONTENT
  "/* clients/js/sails.io.js, with a NUL behind it. */
static const char sails_io_js[] = {
    @bytes@0x00};
" @ONLY)

install(FILES clients/js/sails.io.js clients/js/sails.io.mjs clients/js/sails.io.d.ts
              clients/js/sails.io.d.mts
        DESTINATION ${CMAKE_INSTALL_DATADIR}/sails)
