/*
 * What templates find beside their locals: include(), partial(), layout(), block() and the rest, as Sails gives
 * them. Run once in each engine (view_engine.c), which calls what comes out with a view's name.
 *
 * load(name)       a template as a function that makes a function of its locals
 * run(fn, locals)  the text that it prints
 * has(name)        whether there is that file below views/
 * ask(name, args)  what the request has: `req`, `session`, `__`
 * root             the global object
 * folder           "views", where the templates are
 */
(function (load, run, has, ask, print, text, escape, guard, root, folder) {
  'use strict';
  var DEPTH_MAX = 32;
  var programs = {};
  var view = null; // the one that is being rendered

  /* "../users/list" from a template of "pages/": "users/list". From "/": below views/. */
  function resolve(from, path) {
    var parts = path.charAt(0) === '/' ? [] : from.split('/').slice(0, -1);
    String(path).split('/').forEach(function (part) {
      if (part === '..') {
        if (parts.length === 0) { throw new Error('`' + path + '` is not below ' + folder + '/'); }
        parts.pop();
      } else if (part !== '' && part !== '.') {
        parts.push(part);
      }
    });
    return parts.join('/');
  }

  function withExtension(path) {
    return /\.[^./]+$/.test(path) ? path : path + '.ejs';
  }

  /* Relative to the template, else below views/. */
  function find(from, path) {
    var name = withExtension(resolve(from, path));
    var fromRoot = withExtension(resolve('', path.replace(/^(\.\.?\/)+/, '')));
    if (has(name)) { return name; }
    if (has(fromRoot)) { return fromRoot; }
    throw new Error('there is no template `' + name + '` below ' + folder + '/');
  }

  function render(name, locals) {
    guard(); // a text without code has none
    if (view.depth >= DEPTH_MAX) {
      throw new RangeError('templates include each other more than ' + DEPTH_MAX + ' deep');
    }
    view.scopes[++view.depth] = locals;
    try {
      return run(programs[name] || (programs[name] = compile(name)), locals);
    } finally {
      view.depth--;
    }
  }

  /* Without what is left out, and without `__proto__`, which a client may have named. */
  function assign(to, from, without) {
    Object.keys(Object(from)).forEach(function (key) {
      if (key !== '__proto__' && without.indexOf(key) < 0) { to[key] = from[key]; }
    });
  }

  function extended(locals, more) {
    var own = Object.create(locals);
    assign(own, more, []);
    return own;
  }

  /* "forum/blog-post" is shown of `blogPost`. */
  function objectName(path) {
    return path.split('/').pop().split('.')[0].replace(/^_/, '').replace(/[^a-zA-Z0-9 ]+/g, ' ')
      .split(/ +/).map(function (word, i) {
        return i ? word.charAt(0).toUpperCase() + word.substr(1) : word;
      }).join('');
  }

  function findPartial(from, path) {
    var plain = withExtension(path);
    var hidden = plain.replace(/([^/]+)$/, '_$1');
    var index = plain.replace(/\.ejs$/, '/index.ejs');
    var candidates = [resolve(from, hidden), resolve(from, plain), resolve(from, index)];
    for (var i = 0; i < candidates.length; i++) {
      if (has(candidates[i])) { return candidates[i]; }
    }
    throw new Error('there is no partial `' + candidates[1] + '` below ' + folder + '/');
  }

  function partialOf(from, outer, path, options) {
    var isList = Array.isArray(options);
    var settings = isList || Object(options) !== options ? {} : options;
    var list = isList ? options : settings.collection;
    var name = settings.as || objectName(path);
    var file = findPartial(from, path);
    var locals = extended(outer, settings.locals);
    assign(locals, settings, ['collection', 'as', 'locals', 'object']);
    if (!list) {
      if (settings.object !== undefined || !(Object(options) === options || options === undefined)) {
        locals[name] = settings.object !== undefined ? settings.object : options;
      }
      return render(file, locals);
    }
    return list.map(function (item, i) {
      var one = Object.create(locals);
      one[name] = item;
      one.firstInCollection = i === 0;
      one.indexInCollection = i;
      one.lastInCollection = i === list.length - 1;
      one.collectionLength = list.length;
      return render(file, one);
    }).join('');
  }

  function compile(name) {
    return load(name)(
      function include(path, more) { return render(find(name, path), extended(scope(), more)); },
      function partial(path, options) { return partialOf(name, scope(), path, options); },
      function layout(path) { view.layout = path === false ? null : find(name, path); },
      text, print, escape, guard);
  }

  /* The locals of the template that runs. */
  function scope() { return view.scopes[view.depth]; }

  /* ---- beside the locals ---- */

  function Block() { this.parts = []; }
  Block.prototype.append = function (html) { this.parts.push(html); return this; };
  Block.prototype.prepend = function (html) { this.parts.unshift(html); return this; };
  Block.prototype.replace = function (html) { this.parts = [html]; return this; };
  Block.prototype.toString = function () { return this.parts.join('\n'); };

  function attribute(name, value) { return value ? ' ' + name + '="' + escapeText(value) + '"' : ''; }

  function escapeText(value) {
    return String(value).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
      .replace(/"/g, '&#34;').replace(/'/g, '&#39;');
  }

  /* Nothing in it ends the script. */
  function scriptSafe(json) {
    return json.replace(/</g, '\\u003c').replace(/>/g, '\\u003e').replace(/&/g, '\\u0026')
      .replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029');
  }

  var helpers = {
    block: function (name, html) {
      var block = view.blocks[name] || (view.blocks[name] = new Block());
      return html === undefined ? block : block.append(html);
    },
    script: function (path, type) {
      return view.scripts.append('<script' + attribute('src', path) + attribute('type', type) + '></script>');
    },
    stylesheet: function (path, media) {
      return view.stylesheets.append('<link rel="stylesheet"' + attribute('href', path) +
        attribute('media', media) + ' />');
    },
    exposeLocalsToBrowser: function (options) {
      var settings = Object(options);
      var given = view.given;
      var shown = {};
      (settings.keys || Object.keys(given)).forEach(function (key) {
        if (key !== 'layout' && key !== '__proto__' && given[key] !== undefined) { shown[key] = given[key]; }
      });
      if (!settings.keys && helpers._csrf) { shown._csrf = helpers._csrf; }
      return '<script>window[' + scriptSafe(JSON.stringify(settings.namespace || 'SAILS_LOCALS')) + ']=' +
        scriptSafe(JSON.stringify(shown)) + ';</script>';
    }
  };

  ['__', '__n', 'getLocale'].forEach(function (name) {
    helpers[name] = function () { return ask(name, Array.prototype.slice.call(arguments)); };
  });
  helpers.i18n = helpers.__;

  function param(name, fallback) {
    var value = this.params && this.params[name];
    if (value === undefined) { value = this.body && this.body[name]; }
    if (value === undefined) { value = this.query && this.query[name]; }
    return value === undefined ? fallback : value;
  }

  /* A local of the same name takes its place. */
  function define(name, get) {
    Object.defineProperty(helpers, name, {
      get: get,
      set: function (value) {
        Object.defineProperty(this, name, { value: value, writable: true, enumerable: true, configurable: true });
      }
    });
  }

  /* What is dear is asked for when a template names it, once a view. */
  function lazy(name, complete) {
    define(name, function () {
      if (!(name in view.asked)) { view.asked[name] = complete(ask(name, [])); }
      return view.asked[name];
    });
  }

  function same(value) { return value; }

  lazy('req', function (req) {
    if (req) {
      req.param = param;
      req.get = req.header = function (name) { return this.headers[String(name).toLowerCase()]; };
      req.__ = helpers.__;
      req.getLocale = helpers.getLocale;
    }
    return req;
  });
  ['res', 'session', 'sails', '_csrf'].forEach(function (name) { lazy(name, same); });
  ['scripts', 'stylesheets'].forEach(function (name) {
    define(name, function () { return view[name]; });
  });

  /* What a template has set without `var`: the next page is another visitor's. */
  function forget() {
    Object.keys(root).forEach(function (name) { delete root[name]; });
  }

  return function (name, given, layout) {
    var locals = extended(helpers, given);
    var layouts = 0;
    var html;
    forget();
    view = {
      depth: 0, scopes: [], layout: layout, given: given, asked: {}, blocks: Object.create(null),
      scripts: new Block(), stylesheets: new Block()
    };
    locals.view = locals.view || {
      path: name.replace(/\.ejs$/, ''), pathFromViews: name.replace(/\.ejs$/, ''),
      pathFromApp: folder + '/' + name.replace(/\.ejs$/, ''), ext: 'ejs'
    };
    html = render(name, locals);
    while (view.layout) {
      if (++layouts > DEPTH_MAX) {
        throw new RangeError('layouts lie in each other more than ' + DEPTH_MAX + ' deep: ' + view.layout);
      }
      layout = view.layout;
      view.layout = null;
      locals.body = html;
      html = render(layout, locals);
    }
    return html;
  };
})
