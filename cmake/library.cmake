# libsails, shared and static, its headers and its pkg-config file.
set(objects "")
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
configure_file(cmake/sails.pc.in sails.pc @ONLY)
install(TARGETS sails sails_static
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/sails DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/sails.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
