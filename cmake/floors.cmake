# sails_floor(<name> [FLOORS <lower floor>...] [LIBS <target>...])
#
# A floor is a folder of src/. It sees the headers of src/ and include/, and links the floors that
# it names, all of them below it. The shared and static library are made of the floors' objects.
function(sails_floor name)
  cmake_parse_arguments(FLOOR "" "" "FLOORS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.c)
  if(NOT sources)
    add_library(floor_${name} INTERFACE)
    set(kind INTERFACE)
  else()
    add_library(floor_${name} STATIC EXCLUDE_FROM_ALL ${sources})
    target_link_libraries(floor_${name} PRIVATE sails_warnings)
    set(kind PUBLIC)
    set_property(GLOBAL APPEND PROPERTY SAILS_FLOORS floor_${name})
  endif()
  target_include_directories(floor_${name} ${kind} ${PROJECT_SOURCE_DIR}/src
                             ${PROJECT_SOURCE_DIR}/include)
  foreach(lower IN LISTS FLOOR_FLOORS)
    target_link_libraries(floor_${name} ${kind} floor_${lower})
  endforeach()
  target_link_libraries(floor_${name} ${kind} ${FLOOR_LIBS})
endfunction()
