# One list of warnings for everything that is ours.
add_library(sails_warnings INTERFACE)
target_compile_options(sails_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wundef
  -Wwrite-strings -Wpointer-arith -Wformat=2 -Wvla -Wstrict-prototypes -Wmissing-prototypes
  -Wold-style-definition -Wimplicit-fallthrough -fno-common -fvisibility=hidden
  $<$<C_COMPILER_ID:GNU>:-Wlogical-op -Wduplicated-cond -Wduplicated-branches>
  $<$<BOOL:${SAILS_WERROR}>:-Werror>)
target_compile_definitions(sails_warnings INTERFACE _GNU_SOURCE)

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(SAILS_SANITIZE)
  add_compile_options(-fsanitize=${SAILS_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SAILS_SANITIZE})
endif()
