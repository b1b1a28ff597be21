import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { copyPackage } from "../testing/package-copy.ts";
import { labCommand } from "../testing/run-lab.ts";

/** A second nginx under another name: one file, its folder, its service, and a policy to which the first hands the requests. */
const copy = copyPackage({ withSources: true });
const lab = labCommand({ name: "test-second-balancer", root: copy.root });

const balancer = `import { defineBalancer } from "./balancer.ts";
import nginx from "./nginx.ts";

export default defineBalancer({ ...nginx, id: "nginx-b" });
`;

const nginxConf = `worker_processes 1;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;
events {}
http {
    client_body_temp_path /tmp/client_body;
    proxy_temp_path       /tmp/proxy;
    fastcgi_temp_path     /tmp/fastcgi;
    uwsgi_temp_path       /tmp/uwsgi;
    scgi_temp_path        /tmp/scgi;
    access_log off;
    proxy_connect_timeout 200ms;
    proxy_read_timeout 2s;
    proxy_buffer_size 8k;
    # The first nginx has said who asks, and what the app servers believe it by: these headers are passed on.
    proxy_set_header Host $http_host;
    proxy_set_header Connection close;
    include policies/*.conf;
    server {
        listen 8080 default_server;
        location = /balancer-healthz { return 200 "ok\\n"; }
        location / { return 404; }
    }
}
`;

const ownPolicy = `upstream cookie-b {
    server app1:3000 route=app1 max_fails=1 fail_timeout=2s;
    server app2:3000 route=app2 max_fails=1 fail_timeout=2s;
    server app3:3000 route=app3 max_fails=1 fail_timeout=2s;
    sticky cookie SECOND path=/ httponly samesite=lax;
}

server {
    listen 8080;
    server_name ~^cookie-b\\.;
    location / {
        proxy_pass http://cookie-b;
    }
}
`;

const handedOver = `# sticky cookie, by a second nginx.
#
# What the lab's theory reads from this file:
#   affinity: cookie
#   key: cookie
#   placed-by: first-choice
#   begins-with: visit
#   after-failover: stays
#   kept-in: browser
#   balancer: nginx-b

upstream cookie-b {
    server nginx-b:8080 max_fails=0;
}

server {
    listen 8080;
    server_name ~^cookie-b\\.(?<store>[a-z0-9-]+)\\.localhost$;
    set $policy cookie-b;
    proxy_read_timeout 7s;
    location / {
        include proxy.conf;
        proxy_pass http://cookie-b;
    }
}
`;

const service = `
  nginx-b:
    <<: *hardened
    image: \${LAB_NGINX_IMAGE:-nginx:1.30-alpine}
    user: "10001:10001"
    labels: *labels
    entrypoint: [sh, -ec, "mkdir -p /tmp/nginx; cp -r /etc/nginx/. /tmp/nginx; exec nginx -c /tmp/nginx/nginx.conf -g 'daemon off;'"]
    volumes:
      - { type: bind, source: ../services/balancers/nginx-b, target: /etc/nginx, read_only: true, bind: { create_host_path: false } }
    tmpfs: ["/tmp:mode=1777,size=64m"]
    extra_hosts: *hosts
    networks: { lab: { ipv4_address: "\${LAB_SUBNET_PREFIX:-172.28.99}.90" } }
    healthcheck:
      <<: *http-health
      test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:8080/balancer-healthz"]
`;

beforeAll(async () => {
  mkdirSync(join(copy.root, "services/balancers/nginx-b/policies"), { recursive: true });
  copy.write("cli/balancers/nginx-b.ts", balancer);
  copy.write("services/balancers/nginx-b/nginx.conf", nginxConf);
  copy.write("services/balancers/nginx-b/policies/cookie-b.conf", ownPolicy);
  copy.write("nginx/policies/cookie-b.conf", handedOver);
  copy.change("compose/compose.yaml", /\n {2}app1:\n/, `${service}\n  app1:\n`);
  copy.change("compose/compose.yaml", /(- "balancer:(.*)\.\d+"\n)/, '$1    - "nginx-b:$2.90"\n');
  await execa("npm", ["run", "build"], { cwd: copy.root, stdin: "ignore" });
  await lab.up();
});

afterAll(async () => {
  await lab.run(["down"]);
  lab[Symbol.dispose]();
  copy[Symbol.dispose]();
});

it.each(["server-crash", "balancer-restart"])("%s confirms its policy beside the others", async (scenario) => {
  const { result } = await lab.json([
    "scenario",
    scenario,
    "--policy",
    "cookie,node-cookie,cookie-b",
    "--store",
    "memory,redis",
    "--users",
    "12",
  ]);
  const cells = result.architectures.map(({ id, verdict }) => `${id} ${verdict}`);
  expect(cells).toEqual(expect.arrayContaining(["cookie-b.memory confirmed", "cookie-b.redis confirmed"]));
  expect([...cells.filter((cell) => !cell.endsWith(" confirmed")), ...result.reasons]).toEqual([]);
});

it("is broken by hand, felt and healed; drained with the others", async () => {
  const restarted = await lab.run(["fault", "restart", "nginx-b"]);
  expect([restarted.exitCode, restarted.stdout]).toEqual([
    0,
    expect.stringContaining("nginx-b answers, its process began at tick"),
  ]);
  expect(await lab.run(["fault", "drain", "app2"])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("none reaches app2 by cookie, cookie-b"),
  });
  expect(await lab.run(["heal"])).toMatchObject({ exitCode: 0 });
  expect(await lab.run(["fault", "kill", "nginx-b"])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("asking nginx-b gives status 50"),
  });
  expect(await lab.run(["heal"])).toMatchObject({ exitCode: 0 });
});

it("its own contract holds for it", async () => {
  const { stdout } = await execa("npx", ["vitest", "list", "cli/balancers/balancer.docker.test.ts"], {
    cwd: copy.root,
    stdin: "ignore",
    env: { TMPDIR: copy.root },
  });
  expect(stdout).toContain("nginx-b");
});
