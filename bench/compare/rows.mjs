// What is measured: the rows of the table. A bar is what a figure must not exceed: `ratio` to the bare program's time,
// `outside` the kernel in us, `of` another peer's, `bytes`, `ms`.

const args = (text) => text.split(' ').filter(Boolean)

export const rows = [
  { name: 'connect', title: 'connect, warm', scenario: 'connect', args: args('--connections 200 --count 1000'), bar: { ratio: 1.8 } },
  { name: 'ack', title: 'ack round trip, 100 connections, 1 outstanding', scenario: 'ack', args: args('--connections 100 --outstanding 1 --count 15000'),
    bar: { ratio: 1.15, outside: 1.0 } },
  { name: 'ack-4', title: 'ack round trip, 500 connections, 4 outstanding', scenario: 'ack', args: args('--connections 500 --outstanding 4 --count 30000'),
    bar: { ratio: 1.6, outside: 0.7 } },
  { name: 'request', title: 'virtual request, 100 connections, 1 outstanding', scenario: 'request', args: args('--connections 100 --outstanding 1 --count 6000'),
    bar: { of: 'sails', share: 1 / 25, outside: 3 } },
  { name: 'fan-out', title: 'fan-out, 1,000 receivers, 4 in flight', scenario: 'fan-out', args: args('--connections 1000 --outstanding 4 --count 150'),
    bar: { ratio: 1.03 } },
  { name: 'bursts', title: 'bursts of 10', scenario: 'bursts', args: args('--connections 1000 --burst 10 --outstanding 10 --count 200'), bar: { ratio: 1.03 } },
  { name: 'broadcasts', title: '20 broadcasts a second: per delivery', scenario: 'broadcasts', args: args('--connections 1000 --rate 20 --count 40 --warm-up 10'),
    bar: { ratio: 1.05 } },
  { name: 'http', title: 'GET of 64 bytes of JSON, keep-alive', scenario: 'http', args: args('--connections 50 --count 15000'), bar: { of: 'nginx', share: 1 / 1.1 } },
  { name: 'idle', title: 'idle connection over WebSocket: resident memory', scenario: 'idle', args: args('--connections 2000 --seconds 1'), kind: 'memory', bar: { bytes: 768 } },
  { name: 'start', title: 'start to the first accepted connection', kind: 'start', field: 'start_ms', bar: { ms: 5 } },
  { name: 'start-cpu', title: 'of it CPU time', kind: 'start', field: 'start_cpu_ms', from: 'start' },
  { name: 'rooms', title: 'many small rooms: 10,000 of 10', scenario: 'rooms', args: args('--connections 1000 --rooms 10000 --members 10 --outstanding 100 --count 5000') },
  { name: 'direct', title: 'direct messages, 100 under way', scenario: 'direct', args: args('--connections 100 --outstanding 100 --count 15000') },
  { name: 'join-leave', title: 'join and leave', scenario: 'join-leave', args: args('--connections 100 --count 15000') },
  { name: 'large', title: 'ack round trip of 256 KiB', scenario: 'large', args: args('--connections 10 --count 100 --size 262144') },
  { name: 'slow', title: 'a tenth reads slowly: per delivery to the others', scenario: 'slow', args: args('--connections 200 --rate 100 --count 150 --size 4096 --slow 10') },
  { name: 'polling', title: 'ack round trip over polling, 100 connections', scenario: 'ack', args: args('--transport polling --connections 100 --count 5000'), lacks: ['bare'] },
  { name: 'records', title: 'REST over SQLite', kind: 'records', bar: { of: 'pocketbase', share: 1 / 10 } },
]

/** Whether this peer can do this row at all. */
export function canDo(peer, row) {
  if (row.kind === 'records') {
    return peer.name === 'sails-c'
  }
  return row.kind === 'start' || (!peer.lacks.includes(row.scenario) && !(row.lacks ?? []).includes(peer.name))
}
