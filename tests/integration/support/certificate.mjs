// A certificate that nobody else trusts.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { atEnd } from './ends.mjs'

/** A folder with a certificate for localhost and 127.0.0.1, and its key. */
export function makeCertificate(t) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sails-tls-'))
  atEnd(t, () => rmSync(folder, { recursive: true }))
  const cert = path.join(folder, 'cert.pem')
  const key = path.join(folder, 'key.pem')
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1'
  const how = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const what = ['-days', '2', '-subj', '/CN=localhost', '-addext', names, '-keyout', key, '-out', cert]
  execFileSync('openssl', [...how, ...what], { stdio: 'ignore' })
  return { folder, cert, key, ca: readFileSync(cert) }
}
