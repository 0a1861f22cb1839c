# Sourced by whatever builds: what stands in build/ from before must not matter.
#
# The presets say every option, so that one which somebody else has switched off for a tree (scripts/run
# builds no tests) is on again. A tree that cannot be configured at all, of another generator or of a
# clone that has been moved, is begun anew.

# configure_preset PRESET [OPTION OF CMAKE...]
configure_preset() {
  cmake --preset "$@" || cmake --preset "$@" --fresh
}

# build_preset PRESET [OPTION OF CMAKE...]
build_preset() {
  configure_preset "$@" && cmake --build --preset "$1"
}

# build_target PRESET TARGET: that, and what it needs
build_target() {
  configure_preset "$1" && cmake --build --preset "$1" --target "$2"
}
