# Scripts as texts in the library: a server that is copied somewhere serves them still. Written at configuring
# time, and again when a script has changed.
function(sails_embed name script)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${script})
  file(READ ${script} bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1, " bytes "${bytes}")
  string(REGEX REPLACE "(0x.., 0x.., 0x.., 0x.., 0x.., 0x.., 0x.., 0x.., 0x.., 0x.., 0x.., 0x.., )"
         "\\1\n    " bytes "${bytes}")
  file(CONFIGURE OUTPUT generated/${name}.h CONTENT
    "/* @script@, with a NUL behind it. */
static const char @name@[] = {
    @bytes@0x00};
" @ONLY)
endfunction()

sails_embed(sails_io_js clients/js/sails.io.js)
sails_embed(app_dev_js src/app/app_dev.js)
sails_embed(view_prelude_js src/views/view_prelude.js)

install(FILES clients/js/sails.io.js clients/js/sails.io.mjs clients/js/sails.io.d.ts
              clients/js/sails.io.d.mts
        DESTINATION ${CMAKE_INSTALL_DATADIR}/sails COMPONENT development)
