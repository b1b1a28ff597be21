/** A word of the lab that is not in any other catalogue. */
export interface Word {
  /** What it means, in plain sentences. */
  means: string;
  /** Other names under which people look for it; the lab itself does not use them. */
  also?: readonly string[];
  /** Other words of `lab explain`. */
  see?: readonly string[];
  /** A command that shows it. */
  tryOut?: string;
}

/** The words of the lab, in the order in which one meets them. Policies, stores, faults, fates and so on explain themselves. */
export const glossary: Readonly<Record<string, Word>> = {
  session: {
    means:
      "What the site remembers of one browser between two requests: who is logged in, and the cart. HTTP itself remembers nothing. The browser only keeps a cookie; where the rest lives is the choice of the session store.",
    see: ["session store", "fate"],
    tryOut: "lab sessions",
  },
  lab: {
    means: "The running Compose project: nginx, three app servers, and the servers that keep sessions.",
    also: ["cluster", "environment"],
    tryOut: "lab up",
  },
  "app server": {
    means:
      "One Node process in one container, with a memory of its own. All of them run the same code and offer every session store.",
    also: ["node", "backend", "instance"],
    see: ["upstream", "boot id"],
    tryOut: "lab status",
  },
  "load balancer": {
    means: "nginx: it takes every request and decides, by its balancing policy, which app server answers it.",
    also: ["balancer", "reverse proxy", "nginx"],
    see: ["balancing policy"],
  },
  upstream: {
    means: "nginx's word for a group of app servers among which it chooses. The lab has one for each balancing policy.",
    also: ["pool"],
    see: ["balancing policy"],
  },
  "balancing policy": {
    means: "How the app server for a request is chosen. One file each in nginx/policies, meant to be read.",
    also: ["algorithm", "policy"],
    see: ["session affinity", "upstream"],
    tryOut: "lab explain",
  },
  "session affinity": {
    means:
      "The same client reaches the same app server each time: found again by its address, or by a cookie. It decides where requests go, and nothing else: it keeps no session alive.",
    also: ["stickiness", "sticky sessions", "affinity", "sticky"],
    see: ["ip-hash", "cookie", "seat"],
    tryOut: "lab scenario server-crash --store memory,redis",
  },
  "session store": {
    means:
      "Where a session lives: in an app server's memory, on a server that all of them share, or in the browser itself.",
    also: ["provider", "store"],
    see: ["architecture"],
    tryOut: "lab sessions",
  },
  architecture: {
    means:
      "A balancing policy plus a session store, written cookie.redis-aof. Each is a host name of the same lab, so that one fault hits all of them at the same moment and each is a control for the others.",
    also: ["setup", "combo"],
    see: ["balancing policy", "session store"],
    tryOut: "lab up",
  },
  "virtual user": {
    means:
      "One simulated browser: a cookie jar, a client address in a network of its own, a secret from its login, and the memory of what the site has acknowledged. It never logs in twice by itself: that would hide a loss.",
    also: ["bot", "client", "vu"],
    see: ["population", "nonce"],
    tryOut: "lab user alice login",
  },
  population: {
    means:
      "All virtual users of a run. The same number of them lives on each app server, so that a fault always meets some and always spares some.",
    also: ["swarm"],
    see: ["placement", "control"],
  },
  nonce: {
    means:
      "A secret that nobody can guess. The user brings it to the login and the session keeps it: who reads it back has this very session, and no other.",
    see: ["crossed"],
  },
  operation: {
    means: "Something that a user does: log in, add an item, ask who one is, log out. It may take several requests.",
    see: ["outcome"],
  },
  outcome: {
    means:
      "What came of an operation: ok, rejected (certainly not done), or unknown (sent, and no answer came). No answer never counts as a loss.",
    see: ["operation", "definitive answer"],
  },
  "definitive answer": {
    means:
      "An answer that says something about the session: it is me, it is somebody else, or nobody is logged in here. A time-out, a refused connection or a 503 is none: it proves an outage, never a loss.",
    see: ["lost", "unreachable"],
  },
  baseline: {
    means:
      "Before anything is broken, every user must be recognised at least three times. An architecture that cannot hold a login even then is unstable.",
    see: ["unstable"],
    tryOut: "lab scenario login",
  },
  placement: {
    means: "Which app server each session was made on.",
    see: ["home", "seat"],
  },
  home: { means: "The app server that acknowledged a user's login.", see: ["seat"] },
  seat: {
    means:
      "The app server to which the policy leads a browser while all are up. Usually also its home, but not when it logged in while that server was away.",
    see: ["server-return"],
  },
  control: {
    means:
      "A session that the fault should not touch. Only if these survived can a loss be laid to the fault, and not to something else.",
    see: ["cause"],
  },
  fault: {
    means:
      "Something broken on purpose: injected, confirmed by two signs that do not depend on each other (what the engine says, and what is felt), and healed at the end. A fault that hit nothing proves nothing.",
    also: ["chaos"],
    tryOut: "lab fault kill app2",
  },
  victim: { means: "The app server that a scenario breaks; `--victim` chooses it.", see: ["fault"] },
  "failure window": {
    means:
      "How long nginx leaves an app server out after a failed request (`fail_timeout`): 2 s here, 10 s by default. Until it is over, a server that is back gets no visitors, and a verdict would be wrong.",
    also: ["fail_timeout"],
  },
  scenario: {
    means:
      "A question, the steps of an experiment, and what theory expects. One file each in cli/scenarios; it reads aloud as a story.",
    also: ["test", "case"],
    tryOut: "lab scenario --list",
  },
  trial: {
    means:
      "One injection of a fault. 300 users of one killed server fail together and count once, so a claim needs several trials with other victims.",
    tryOut: "lab scenario server-crash --trials 5",
  },
  history: {
    means:
      "What happened in a run, line by line, only ever added to. The verdict is made from it and from nothing else.",
    also: ["trace"],
    tryOut: "lab judge last",
  },
  fate: {
    means:
      "What became of one session in the end. The fates are tried in a fixed order and the first that fits is it; whoever kept everything has survived.",
    also: ["status"],
    see: ["survived", "lost", "orphaned"],
  },
  expectation: {
    means:
      "The fate that theory names for one session, written down before anything breaks. It is compared with the fate of that very session: mere counts could hide two errors that cancel out.",
    also: ["prediction", "theory"],
    see: ["verdict"],
    tryOut: "lab scenario server-crash --predict",
  },
  cause: {
    means:
      "Why a session did not survive, named only with evidence: the fault came first, and untouched sessions survived. Where no rule fits it is unattributed.",
    see: ["unattributed", "control"],
  },
  verdict: {
    means:
      "Was theory right? confirmed, refuted or inconclusive. Losing every session can be the right answer, so a run is never passed or failed.",
    also: ["pass", "fail", "passed", "failed"],
    see: ["confirmed", "refuted", "inconclusive"],
  },
  confirmed: { means: "Each session had the fate that theory named for it. Exit code 0.", see: ["verdict"] },
  refuted: {
    means: "At least one session had another fate than theory named. That is a finding. Exit code 1.",
    see: ["verdict"],
  },
  inconclusive: {
    means:
      "The experiment proves nothing: the fault was not confirmed, or nobody was hit, or nobody was spared. The report says which. Exit code 2.",
    see: ["verdict", "control"],
  },
  outage: {
    means:
      "Requests that failed, and the longest time without a definitive answer; who still waits at the end has waited until then. It is measured beside the fates: a site that is away loses nobody by that alone.",
    see: ["unreachable"],
    tryOut: "lab scenario redis-outage",
  },
  "boot id": {
    means:
      "A number that an app server draws when it starts. Another one means another process: its memory began empty.",
    see: ["process-memory-died"],
  },
  "affinity cookie": {
    means:
      "The balancer's own cookie, which names the app server (SERVER_ID=app2). It is not the session cookie: losing it leads the browser elsewhere, losing the other logs it out.",
    see: ["cookie", "cookie-loss"],
  },
  run: {
    means: "A folder with the plan, the history and the result of one experiment.",
    tryOut: "lab runs",
  },
};
