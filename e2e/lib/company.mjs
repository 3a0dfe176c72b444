// The sample company on disk, and servers of it: the real binary, a data folder of its own, a free port.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const repository = new URL('../../', import.meta.url).pathname;

const binary = () => {
  const target = process.env.CARGO_TARGET_DIR ?? path.join(repository, 'target');
  const file = process.env.KEELSON_BINARY ?? path.join(target, 'debug/keelson');
  if (!fs.existsSync(file)) throw new Error(`${file} is missing: cargo build -p keelson, or set KEELSON_BINARY`);
  return file;
};

const temporary = () => fs.mkdtempSync(path.join(os.tmpdir(), 'keelson-e2e-'));

const freePort = () => new Promise((done, fail) => {
  const probe = net.createServer().on('error', fail).listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});

/** A generated data folder. Journeys run on copies, so none meets what another one changed. */
export class Company {
  constructor(folder) { this.folder = folder; }

  /** The folder run.mjs made, or one of its own when a journey is run alone. */
  static async ready() {
    const folder = process.env.KEELSON_E2E_COMPANY;
    return folder ? new Company(folder) : Company.generate();
  }

  static async generate() {
    const company = new Company(temporary());
    try {
      const server = await Server.start(company.folder);
      await server.stop();
    } catch (error) {
      company.remove();
      throw error;
    }
    return company;
  }

  /** A server on a copy of the folder. */
  async serve() {
    const copy = temporary();
    fs.cpSync(this.folder, copy, { recursive: true });
    return Server.start(copy, { removeAfter: true });
  }

  remove() { fs.rmSync(this.folder, { recursive: true, force: true }); }
}

/** The people `keelson demo` prints a sign-in link for, longest name first so that "supplier manager" is not "supplier". */
export const roles = ['supplier manager', 'administrator', 'executive', 'supplier', 'buyer'];

export class Server {
  #child; #folder; #removeAfter; #log = '';

  constructor(child, folder, url, removeAfter) {
    this.#child = child; this.#folder = folder; this.url = url; this.#removeAfter = removeAfter;
    /** Sign-in links by role. */
    this.links = new Map();
  }

  /** Starts `keelson demo` and waits until it has printed its links and answers. */
  static async start(folder, { removeAfter = false, suppliers = process.env.KEELSON_E2E_SUPPLIERS ?? '60' } = {}) {
    const { server, child } = await Server.#spawn('demo', folder, removeAfter, ['--suppliers', suppliers]);
    await server.#until(child, () => server.links.size === roles.length,
      () => `no link for ${roles.filter((role) => !server.links.has(role)).join(', ') || 'anybody'}`);
    return server;
  }

  /** Starts `keelson serve` on an empty folder and waits for the link that sets it up. */
  static async fresh() {
    const { server, child } = await Server.#spawn('serve', temporary(), true, []);
    await server.#until(child, () => server.setUp, () => 'no link to set it up');
    return server;
  }

  static async #spawn(command, folder, removeAfter, more) {
    const listen = `127.0.0.1:${await freePort()}`;
    const child = spawn(binary(), [command, '--data', folder, '--listen', listen, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
    const server = new Server(child, folder, `http://${listen}`, removeAfter);
    const read = (chunk) => server.#read(String(chunk));
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    // The test runner may die first; the server must not stay behind.
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    return { server, child };
  }

  /** Waits until the server answers and has said what is waited for; a server that never does is stopped. */
  async #until(child, said, missing) {
    const seconds = Number(process.env.KEELSON_E2E_START_SECONDS ?? 300);
    const end = Date.now() + seconds * 1000;
    try {
      while (Date.now() < end) {
        if (child.exitCode !== null) throw new Error(`keelson ended with ${child.exitCode}:\n${this.#log}`);
        const up = await fetch(this.url, { redirect: 'manual' }).then(() => true, () => false);
        if (up && said()) return;
        await new Promise((again) => setTimeout(again, 100));
      }
      throw new Error(`keelson gave no page, or ${missing()}, in ${seconds} s:\n${this.#log}`);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  #read(text) {
    this.#log += text;
    for (const line of this.#log.split('\n')) {
      const link = line.match(/https?:\/\/\S*\/sign-in\/link\/\S+/)?.[0];
      const before = line.slice(0, line.indexOf(link)).toLowerCase();
      const role = link && roles.find((role) => before.includes(role));
      if (role) this.links.set(role, link);
    }
  }

  /** Where a server on an empty folder is set up. */
  get setUp() { return this.#log.match(/https?:\/\/\S*\/set-up\/\S+/)?.[0]; }

  /** What the server has printed so far. */
  get log() { return this.#log; }

  async stop() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = new Promise((done) => this.#child.once('exit', done));
      this.#child.kill('SIGTERM');
      const late = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(late);
    }
    if (this.#removeAfter) fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}
