// Real web servers with the documented configurations, as somebody without an administrator's rights runs them: on a
// free port, with every file that they write in a folder of the test's own.
//
// The programs are the system's, or those that set-up has unpacked into .tools/ (SWITCHHOOK_WEB_SERVERS).

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { PROJECT } from './packages.mjs';
import { freePort } from './servers.mjs';

// A server that is started by root gives that up, and says as whom it goes on.
const IS_ROOT = process.getuid?.() === 0;
const START_LIMIT = 20_000;
const UNPACKED = process.env.SWITCHHOOK_WEB_SERVERS ?? join(PROJECT, '.tools', 'web-servers');

/** The first of these that is there. */
function first(paths) {
  return paths.find((path) => {
    try {
      accessSync(path, constants.R_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const program = (name) =>
  first([
    join(UNPACKED, 'usr', 'sbin', name),
    join(UNPACKED, 'usr', 'bin', name),
    ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)),
    join('/usr/sbin', name),
  ]);
const modules = (folder) => first([join(UNPACKED, 'usr', 'lib', folder), join('/usr/lib', folder)]) ?? '';

/** A documented configuration, with this site's own in the place of the examples: what the document says is yours. */
async function documented(name, { root, hub }) {
  const text = await readFile(join(PROJECT, 'docs', 'hosting', name), 'utf8');
  const { host } = new URL(hub);
  return text
    .replaceAll('/srv/desk', root)
    .replaceAll('https://api.example.com https://rte.example.com wss://rte.example.com', `http://${host} ws://${host}`);
}

async function nginx({ folder, port, ...site }) {
  await writeFile(join(folder, 'desk.conf'), await documented('nginx.conf', site));
  const writable = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(folder, name)};`)
    .join('\n  ');
  await writeFile(
    join(folder, 'nginx.conf'),
    `load_module ${join(modules('nginx/modules'), 'ngx_http_brotli_static_module.so')};
daemon off;
pid ${join(folder, 'nginx.pid')};
error_log stderr;
worker_processes 1;
events {}
http {
  access_log off;
  ${writable}
  server {
    listen 127.0.0.1:${port};
    include ${join(folder, 'desk.conf')};
  }
}
`,
  );
  return ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')];
}

const APACHE_MODULES = ['mpm_event', 'authz_core', 'alias', 'dir', 'headers', 'mime', 'rewrite'];

async function apacheWith(folder, port, desk) {
  const at = modules('apache2/modules');
  const loaded = APACHE_MODULES.map((name) => `LoadModule ${name}_module ${join(at, `mod_${name}.so`)}`);
  // What Debian says of these endings by itself: the documented configuration has to undo it.
  await writeFile(join(folder, 'mime.types'), 'application/wasm wasm\n');
  await writeFile(
    join(folder, 'apache.conf'),
    `${loaded.join('\n')}
${IS_ROOT ? 'User www-data\nGroup www-data' : ''}
ServerName localhost
ServerRoot ${folder}
DefaultRuntimeDir ${folder}
PidFile ${join(folder, 'apache.pid')}
ErrorLog ${join(folder, 'error.log')}
TypesConfig ${join(folder, 'mime.types')}
AddType application/x-gzip .gz
AddLanguage br .br
Listen 127.0.0.1:${port}
<VirtualHost 127.0.0.1:${port}>
${desk}
</VirtualHost>
`,
  );
  return ['-D', 'FOREGROUND', '-f', join(folder, 'apache.conf')];
}

async function apache({ folder, port, ...site }) {
  return apacheWith(folder, port, await documented('apache.conf', site));
}

/** A site whose folder alone is ours; the file goes into it. */
async function htaccess({ folder, port, ...site }) {
  await writeFile(join(site.root, '.htaccess'), await documented('htaccess', site));
  const desk = `Alias "/tools/desk" "${site.root}"
<Directory "${site.root}">
Require all granted
AllowOverride FileInfo Indexes Options
</Directory>`;
  return apacheWith(folder, port, desk);
}

async function caddy({ folder, port, ...site }) {
  await writeFile(join(folder, 'desk.caddy'), await documented('Caddyfile', site));
  const rules = `{
	admin off
	auto_https off
}
http://127.0.0.1:${port} {
	import ${join(folder, 'desk.caddy')}
}
`;
  await writeFile(join(folder, 'Caddyfile'), rules);
  return ['run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')];
}

/** The servers: their programs, and how each is configured. */
export const WEB_SERVERS = [
  { name: 'nginx', program: program('nginx'), configure: nginx },
  { name: 'Apache', program: program('apache2'), configure: apache },
  { name: 'Apache with .htaccess', program: program('apache2'), configure: htaccess },
  { name: 'Caddy', program: program('caddy'), configure: caddy },
];

/** Starts one of them for a release at `root`, whose policy lets it speak to `hub`; below `/tools/desk/`. */
export async function startWebServer({ program, configure }, { folder, root, hub, port }) {
  await mkdir(folder, { recursive: true });
  port ??= await freePort();
  const words = await configure({ folder, root, hub, port });
  // A program in .tools/ finds its libraries there.
  const libraries = [join(UNPACKED, 'usr', 'lib', 'x86_64-linux-gnu'), join(UNPACKED, 'lib', 'x86_64-linux-gnu')];
  const child = spawn(program, words, {
    cwd: folder,
    env: {
      ...process.env,
      LD_LIBRARY_PATH: libraries.join(':'),
      HOME: folder,
      XDG_DATA_HOME: folder,
      XDG_CONFIG_HOME: folder,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const hear = (bytes) => (said += bytes);
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const url = `http://127.0.0.1:${port}/tools/desk/`;
  const end = Date.now() + START_LIMIT;
  for (;;) {
    if (child.exitCode !== null || Date.now() > end) {
      child.kill('SIGKILL');
      const log = await readFile(join(folder, 'error.log'), 'utf8').catch(() => '');
      throw new Error(`${program} does not serve:\n${said}${log}`);
    }
    if (await fetch(url).catch(() => null)) {
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    said: () => said,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 3_000);
      await ended;
      clearTimeout(force);
    },
  };
}
