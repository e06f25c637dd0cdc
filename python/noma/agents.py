# SPDX-License-Identifier: GPL-2.0-only
"""Agents for decide="grants": Smith's rule as the simulator has it, and a policy that learns."""

import heapq
import math

import numpy as np

LOG2_E = 1.4426950408889634
LN2_HIGH = float.fromhex("0x1.62e42feep-1")
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
UP, DOWN = 0, 1
GAIN, RECEIVED_POWER, GAIN_OVER_INTERFERENCE = range(3)


def _log_rest(f):
    s = f / (2 + f)
    u = s * s
    u2 = u * u
    u4 = u2 * u2
    p0 = (2.0 / 3 + u * (2.0 / 5)) + u2 * (2.0 / 7 + u * (2.0 / 9))
    p1 = (2.0 / 11 + u * (2.0 / 13)) + u2 * (2.0 / 15 + u * (2.0 / 17))
    p2 = 2.0 / 19 + u * (2.0 / 21)
    return s * (f - u * (p0 + u4 * (p1 + u4 * p2)))


def log1p(x):
    """log(1 + x) for x >= 0 with the bits of the simulator's (noma-math.cc)."""
    if x < 0.41:
        return x - _log_rest(x)
    if math.isinf(x):
        return x
    y = 1 + x
    lost = 1 - (y - x) if x > 1 else x - (y - 1)
    m, k = math.frexp(y)
    if m < math.sqrt(0.5):
        m, k = 2 * m, k - 1
    f = m - 1
    return k * LN2_HIGH + (f - (_log_rest(f) - (k * LN2_LOW + lost / y)))


class _Layer:
    """A user on a subchannel: its gain at every access point and its power."""

    __slots__ = ("user", "ap", "gain", "power")

    def __init__(self, user, ap, gain, power):
        self.user, self.ap, self.gain, self.power = user, ap, gain, power


class Smith:
    """Smith's rule: one (user, subchannel) after the other, the one by which the sum over users of
    price / remaining bits times bits sent grows most, rates as under SIC (ns3::noma::SmithRule).

    It is written to decide as the simulator's does, to the packet; a test holds the two together.

    Args:
        env: an environment with decide="grants".
        candidates: subchannels looked at per user, those with its best gains; 0 = all.
        split_exponent: downlink powers assumed within a group go with gain to minus this.
    """

    def __init__(self, env, candidates=8, split_exponent=0.4):
        c = env.constants
        self.slot = float(c["slot_seconds"])
        self.most = int(c["max_superposed"])
        self.hz = [float(x) for x in c["subchannel_hz"]]
        self.noise = [float(x) for x in c["noise_w"]]
        self.residual = float(c["residual"])
        self.gap = float(c["snr_gap"])
        self.cap = float(c["max_efficiency"])
        self.order = [int(x) for x in c["order_key"]]
        self.budget = [float(x) for x in c["ap_power_w"]]
        self.candidates = candidates
        self.exponent = split_exponent

    def __call__(self, observation):
        """Decides a slot.

        Args:
            observation: of the environment.

        Returns:
            the action.
        """
        users = len(observation["ap"])
        action = np.zeros(2 * users, np.int64)
        for d in (UP, DOWN):
            for user, subchannel in self._choose(observation, d):
                action[d * users + user] = 1 + subchannel
        return action

    def _columns(self, gain, users, ap):
        """(user, subchannel) pairs, of each user those with its best gains, best first."""
        looked = gain.shape[1] if self.candidates == 0 else min(self.candidates, gain.shape[1])
        columns = []
        for i in users:
            own = gain[ap[i], :, i]
            order = sorted((m for m in range(len(own)) if own[m] > 0), key=lambda m: (-own[m], m))
            columns += [(i, m) for m in order[:looked]]
        return columns

    def _choose(self, o, d):
        ap = o["ap"].tolist()
        backlog, remaining = o["backlog"][d].tolist(), o["remaining"][d].tolist()
        power, most_power = o["power"][d].tolist(), o["max_power"][d].tolist()
        delay, energy = o["delay_price"].tolist(), o["energy_price"].tolist()
        users = [i for i in range(len(ap)) if ap[i] >= 0 and backlog[i] > 0]
        if not users:
            return []
        gain = o["gain"][d]
        price = {i: (delay[i] + energy[i] * power[i]) / max(remaining[i], 1.0) for i in users}
        columns = self._columns(gain, users, ap)
        gains = [gain[:, m, i].tolist() for i, m in columns]
        shared = {}
        for n in set(ap[i] for i in users):
            here = [i for i in users if ap[i] == n]
            whole = self.budget[n] if d == DOWN else max(most_power[i] for i in here)
            shared[n] = whole / max(1, min(len(here), gain.shape[1]))

        def join(layers, c):
            """The layers with one more; those of an access point stand together."""
            user = columns[c][0]
            n = ap[user]
            at = max((k + 1 for k, x in enumerate(layers) if x.ap == n), default=len(layers))
            layers = [_Layer(x.user, x.ap, x.gain, x.power) for x in layers]
            layers.insert(at, _Layer(user, n, gains[c], power[user]))
            if d == DOWN:
                cell = [x for x in layers if x.ap == n]
                weights = 0.0
                for x in cell:
                    x.power = math.pow(x.gain[n], -self.exponent)
                    weights += x.power
                for x in cell:
                    value = x.power / weights * shared[n]
                    x.power = min(max(value, 5e-324), most_power[x.user])
            return layers

        def worth(layers):
            total = 0.0
            for x, rate in zip(layers, self._rates(layers, d)):
                total += price[x.user] * min(rate * self.slot, backlog[x.user])
            return total

        held = {m: ([], 0.0, 0) for m in range(gain.shape[1])}
        queue = []
        for c, (_, m) in enumerate(columns):
            growth = worth(join([], c)) - 0.0
            if growth > 0:
                heapq.heappush(queue, (-growth, c, 0))
        served, chosen = set(), []
        while queue:
            growth, c, version = heapq.heappop(queue)
            user, m = columns[c]
            layers, total, now = held[m]
            if user in served or sum(x.ap == ap[user] for x in layers) >= self.most:
                continue
            if version != now:  # others came since: look again
                growth = worth(join(layers, c)) - total
                if growth > 0:
                    heapq.heappush(queue, (-growth, c, now))
                continue
            served.add(user)
            chosen.append((user, m))
            held[m] = (join(layers, c), total + -growth, now + 1)
        return chosen

    def _rates(self, layers, d):
        """Rates of the layers of all cells on one subchannel under SIC (bit/s)."""
        cells = []
        for k, x in enumerate(layers):
            if not cells or cells[-1][0] != x.ap:
                cells.append([x.ap, [], 0.0, self.noise[d]])
            cells[-1][1].append(k)
            cells[-1][2] += x.power
        if d == UP:
            for source in cells:
                for k in source[1]:
                    for to in cells:
                        if to is not source:
                            to[3] += layers[k].power * layers[k].gain[to[0]]
        outside = [0.0] * len(layers)
        rate = [0.0] * len(layers)
        for cell in cells:
            n, members = cell[0], cell[1]
            keyed = []
            for k in members:
                x = layers[k]
                own, noise = x.gain[n], cell[3]
                for other in cells if d == DOWN else ():
                    noise += other[2] * x.gain[other[0]] if other is not cell else 0.0
                key = own
                if self.order[d] == RECEIVED_POWER:
                    key = x.power * own
                elif self.order[d] == GAIN_OVER_INTERFERENCE:
                    key = own / noise if own > 0 else 0.0
                outside[k] = noise if d == UP else noise / own
                keyed.append((-key, x.user, k))  # of equals the lower index is the stronger
            order = [k for _, _, k in sorted(keyed)]
            if d == DOWN:
                order.reverse()
            received = [layers[k].power * (layers[k].gain[n] if d == UP else 1.0) for k in order]
            inside = [0.0] * len(order)
            later = 0.0
            for j in reversed(range(len(order))):
                inside[j] = later
                later += received[j]
            if self.residual > 0:
                earlier = 0.0
                for j in range(len(order)):
                    inside[j] += earlier
                    earlier += self.residual * received[j]
            weakest = 0
            for j in reversed(range(len(order))):
                k = order[j]
                if d == UP or j + 1 == len(order) or outside[k] >= outside[weakest]:
                    weakest = k
                sinr = received[j] / (inside[j] + outside[weakest])
                efficiency = log1p(sinr / self.gap) * LOG2_E
                if self.cap > 0 and efficiency >= self.cap:
                    efficiency = self.cap
                rate[k] = self.hz[d] * efficiency
        return rate
