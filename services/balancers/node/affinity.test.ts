/** Who meets which app server. */
import { describe, expect, test } from "vitest";
import { waitUntil } from "../../app/testing/wait-until.ts";
import { Browser, startTestBalancer } from "./testing/test-balancer.ts";

describe("browsers", () => {
  test("are dealt out in turn when they are new, and come back to the same app server from then on", async () => {
    const lab = await startTestBalancer();
    const browsers = Array.from({ length: 6 }, () => new Browser(lab));
    for (const browser of browsers) await browser.ask();

    expect(await Promise.all(browsers.map((browser) => browser.meets(3)))).toEqual([
      "app1 app1 app1",
      "app2 app2 app2",
      "app3 app3 app3",
      "app1 app1 app1",
      "app2 app2 app2",
      "app3 app3 app3",
    ]);
  });

  test("that have the right cookie are not given it again", async () => {
    const lab = await startTestBalancer();
    const browser = new Browser(lab);
    expect((await browser.ask()).setCookie).toEqual(["sticky_server=0; Path=/; HttpOnly; SameSite=Lax"]);
    expect((await browser.ask()).setCookie).toEqual([]);
  });

  test("keep the app's cookies when they get this one", async () => {
    const lab = await startTestBalancer();
    lab.apps[0].answer = (_request, response) => {
      response.setHeader("Set-Cookie", ["sid=abc; HttpOnly", "theme=dark"]);
      response.end();
    };
    const { setCookie } = await new Browser(lab).ask();
    expect(setCookie.map((line) => line.split("=")[0])).toEqual(["sid", "theme", "sticky_server"]);
  });

  test.each(["3", "-1", "app2", "1e0"])("with the forged cookie sticky_server=%s are new browsers", async (forged) => {
    const lab = await startTestBalancer();
    const browser = new Browser(lab, `sticky_server=${forged}`);
    expect(await browser.meets(2)).toBe("app1 app1");
    expect(browser.cookie).toBe("sticky_server=0");
  });
});

describe("when an app server dies", () => {
  test("its browsers go to another one, get its cookie, and stay there when the dead one is back", async () => {
    const lab = await startTestBalancer();
    const [app1, app2] = lab.apps;
    const visitor = new Browser(lab, "sticky_server=1");
    const neighbour = new Browser(lab, "sticky_server=2");
    expect(await visitor.meets(2)).toBe("app2 app2");

    await app2.stop();
    expect(await visitor.meets(3)).toBe("app1 app1 app1");
    expect(visitor.cookie).toBe("sticky_server=0");
    await app2.start();
    await waitUntil("app2 to be noticed", () => lab.lines.at(-1)?.endsWith("is up again"));

    expect(await visitor.meets(3)).toBe("app1 app1 app1");
    expect(await neighbour.meets(3)).toBe("app3 app3 app3");
    expect(await new Browser(lab, "sticky_server=1").meets(1)).toBe("app2");
    expect(app1.asked).toHaveLength(6);
  });

  test("its browsers are spread over the others", async () => {
    const lab = await startTestBalancer();
    await lab.apps[1].stop();
    await waitUntil("app2 to be missed", () => lab.lines.length > 0);
    const answers = await Promise.all([1, 2, 3, 4].map(() => new Browser(lab, "sticky_server=1").meets(1)));
    expect(answers.sort()).toEqual(["app1", "app1", "app3", "app3"]);
  });
});
