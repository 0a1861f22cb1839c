// What an app of the dialogues is started with.

/** Reads `--section.key=JSON` and `--port N` into a copy of `defaults`. */
exports.readArguments = function (args, defaults) {
  const settings = { ...defaults }

  for (let i = 0; i < args.length; i++) {
    const [, key, value] = /^--([^=]+)(?:=(.*))?$/s.exec(args[i])
    if (key === 'port') {
      settings.port = Number(args[++i])
    } else {
      set(settings, key.split('.'), parse(value))
    }
  }
  return settings
}

/** JSON, or text that is none. */
function parse(value) {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

function set(object, [key, ...rest], value) {
  if (rest.length === 0) {
    object[key] = value
    return
  }
  object[key] = { ...object[key] }
  set(object[key], rest, value)
}
