# Packages for Debian, by `cpack` in the folder of a build: libsails0, libsails-dev, and sails, the command.
# What belongs to which is said where it is installed (COMPONENT).
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME sails)
set(CPACK_PACKAGE_CONTACT "The Sails for C developers <sails@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL library development command)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
# dpkg-shlibdeps looks for libsails among what is built here, too.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR})

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libsails${PROJECT_VERSION_MAJOR})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
# Opened where a datastore is PostgreSQL or MariaDB (src/db/db_library.h).
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SUGGESTS "libpq5, libmariadb3")
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "Realtime-first application server: the library
 Socket.IO, HTTP, rooms, records and the API of Sails, for programs in C.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libsails-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
string(CONCAT CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
       "libsails${PROJECT_VERSION_MAJOR} (= ${PROJECT_VERSION}), libjansson-dev, libuv1-dev, "
       "libssl-dev, zlib1g-dev, libpcre2-dev, libhiredis-dev, libmsgpack-dev, "
       "libcrypt-dev, "
       "libsqlite3-dev")
if(SAILS_WITH_EJS)
  string(APPEND CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS ", duktape-dev")
endif()
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "Realtime-first application server: to write programs
 Headers, the static library, files for pkg-config and CMake, and the JavaScript client.")

set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME sails)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION web)
set(CPACK_DEBIAN_COMMAND_PACKAGE_DEPENDS "libsails${PROJECT_VERSION_MAJOR} (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_COMMAND_PACKAGE_RECOMMENDS "libsails-dev (= ${PROJECT_VERSION}), gcc, pkg-config")
set(CPACK_DEBIAN_COMMAND_PACKAGE_SUGGESTS gdb)
set(CPACK_COMPONENT_COMMAND_DESCRIPTION "Realtime-first application server: the command
 Makes applications that are a folder of models, pages and C, and lifts them.")
include(CPack)
