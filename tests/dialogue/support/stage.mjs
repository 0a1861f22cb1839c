// What the dialogues about blueprints begin with, and how they speak.
import assert from 'node:assert/strict'
import { dialogue } from './dialogue.mjs'

export const blueprint = (items, title, script, { on = 'models', ...where } = {}) =>
  dialogue(items, title, script, { on, unheard: ['set-cookie'], ...where, checklist: 'pubsub-and-blueprints' })

/** Nobody is there, and keys count from 1. */
export const empty = (talk) => talk.http('maker', 'DELETE', '/everything')

/** A new record, over HTTP: {id, ...}. */
export async function made(talk, model, data) {
  const { status, body } = await talk.http('maker', 'POST', `/${model}`, { data })
  assert.equal(status, 200)
  return JSON.parse(body)
}

/** Nobody but ann and bob, who is a vet; rex and max are ann's, tom is bob's. Keys are 1, 2, 3. */
export async function begin(talk) {
  await empty(talk)
  const house = await made(talk, 'house', { addr: 'Elm St' })
  const ann = await made(talk, 'user', { name: 'ann', home: house.id })
  const bob = await made(talk, 'user', { name: 'bob' })
  const rex = await made(talk, 'pet', { name: 'rex', owner: ann.id, vets: [bob.id] })
  const max = await made(talk, 'pet', { name: 'max', owner: ann.id })
  const tom = await made(talk, 'pet', { name: 'tom', owner: bob.id })
  const ball = await made(talk, 'toy', { name: 'ball' })
  return { house, ann, bob, rex, max, tom, ball }
}

/** Toys of these names. */
export async function toys(talk, ...names) {
  await empty(talk)
  for (const name of names) {
    await made(talk, 'toy', { name })
  }
}

/** Somebody who has listed everything. */
export async function watcher(talk, name = 'watcher', options = {}) {
  const who = await talk.connect(name, options)
  for (const model of ['user', 'pet', 'house', 'toy']) {
    await who.ask('get', `/${model}`)
  }
  return who
}

export const send = (who, method, url, data) => who.ask(method, url, { data })

export const http = (talk, method, path, data) => talk.http('maker', method, path, { data })

/** GETs of a path with one query after the other. */
export async function queries(talk, path, all) {
  for (const query of all) {
    await http(talk, 'GET', `${path}${path.includes('?') ? '&' : '?'}${query}`)
  }
}

/** Requests over a socket with one value after the other. */
export async function asks(talk, method, url, all) {
  const who = await talk.connect('who')

  for (const data of all) {
    await send(who, method, url, data)
  }
}

/** HTTP requests, one after the other: [method, path, data]. */
export async function requests(talk, all) {
  for (const [method, path, data] of all) {
    await http(talk, method, path, data)
  }
}

/** The same, of which others hear. */
export async function heard(talk, listeners, all) {
  for (const request of all) {
    await requests(talk, [request])
    for (const listener of listeners) {
      await listener.catchUp()
    }
  }
}
