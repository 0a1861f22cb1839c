# libsails, shared and static, its headers and its pkg-config file.
set(objects "")
list(REMOVE_ITEM SAILS_FLOORS floor_cli) # the command (cmake/cli.cmake) is a program that uses the library
foreach(floor IN LISTS SAILS_FLOORS)
  list(APPEND objects $<TARGET_OBJECTS:${floor}>)
endforeach()

add_library(sails SHARED ${objects})
add_library(sails_static STATIC ${objects})
set_target_properties(sails PROPERTIES VERSION ${PROJECT_VERSION}
                      SOVERSION ${PROJECT_VERSION_MAJOR} LINKER_LANGUAGE C)
set_target_properties(sails_static PROPERTIES OUTPUT_NAME sails LINKER_LANGUAGE C)
foreach(target IN ITEMS sails sails_static)
  target_include_directories(${target} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${target} PUBLIC PkgConfig::JANSSON PRIVATE ${SAILS_LIBRARIES})
endforeach()

# Relative to the file itself, so that `cmake --install --prefix` may put it anywhere.
file(RELATIVE_PATH SAILS_PC_TO_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
list(TRANSFORM SAILS_MODULES REPLACE "^[A-Z0-9]+=" "" OUTPUT_VARIABLE SAILS_PC_REQUIRES)
list(REMOVE_ITEM SAILS_PC_REQUIRES jansson>=2.14)
list(TRANSFORM SAILS_PC_REQUIRES REPLACE ">=" " >= ")
list(JOIN SAILS_PC_REQUIRES ", " SAILS_PC_REQUIRES)
configure_file(cmake/sails.pc.in sails.pc @ONLY)
install(TARGETS sails sails_static EXPORT sails
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library
                NAMELINK_COMPONENT development
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(DIRECTORY include/sails DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/sails.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)

# find_package(sails): the targets sails::sails (shared) and sails::static, and sails_CLIENT_DIR.
set_target_properties(sails_static PROPERTIES EXPORT_NAME static)
include(CMakePackageConfigHelpers)
set(cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/sails)
list(JOIN SAILS_MODULES " " SAILS_CONFIG_MODULES)
configure_package_config_file(cmake/sails-config.cmake.in sails-config.cmake
  INSTALL_DESTINATION ${cmake_dir} PATH_VARS CMAKE_INSTALL_DATADIR)
write_basic_package_version_file(sails-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/sails-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/sails-config-version.cmake
        DESTINATION ${cmake_dir} COMPONENT development)
install(EXPORT sails NAMESPACE sails:: FILE sails-targets.cmake DESTINATION ${cmake_dir}
        COMPONENT development)
