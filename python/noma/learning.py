# SPDX-License-Identifier: GPL-2.0-only
"""A policy for decide="grants" that learns by the policy gradient (REINFORCE), in NumPy."""

import json

import numpy as np

#: What is known of a user on a subchannel; see :meth:`Picker._features`.
FEATURES = ("price", "remaining", "rate", "best", "finishes", "kept", "left", "somebody")


class Picker:
    """Fills subchannels one place after the other: in each direction first one user for every
    subchannel, then a second one and so on up to K, each drawn by a softmax over the users that wait
    and have nothing yet, and over nobody.

    The score of a user is linear in its features, with weights of their own for the first place of
    a subchannel and for the others.  Untrained, all weights are 0: everybody is equally likely.

    Args:
        env: an environment with decide="grants".
        weights: array (2, len(FEATURES)), or None.
    """

    def __init__(self, env, weights=None):
        c = env.constants
        self.slot = float(c["slot_seconds"])
        self.most = int(c["max_superposed"])
        self.hz, self.noise = c["subchannel_hz"], c["noise_w"]
        self.budget = c["ap_power_w"]
        self.weights = np.zeros((2, len(FEATURES))) if weights is None else np.array(weights, float)

    def _features(self, o, d, n, waiting):
        """Features (subchannel, user, feature) of the users that wait at an access point, with nobody
        else on the subchannel, and their SNRs (subchannel, user).

        The logarithms of price, bits remaining and rate, each less the mean over the users; of the rate
        over the user's best; the part of the backlog that a slot takes; and 1, for somebody."""
        gain = o["gain"][d][n][:, waiting]
        power = o["power"][d][waiting]
        if d == 1:
            power = np.minimum(power, self.budget[n] / min(len(waiting), len(gain)))
        snr = power * gain / self.noise[d] + 1e-12
        rate = np.maximum(self.hz[d] * np.log2(1 + snr), 1.0)
        out = np.zeros((*gain.shape, len(FEATURES)))
        price = np.log(o["delay_price"][waiting] + o["energy_price"][waiting] * power + 1e-12)
        remaining = np.log(np.maximum(o["remaining"][d][waiting], 1.0))
        logarithm = np.log(rate)
        out[:, :, 0] = price - price.mean()
        out[:, :, 1] = remaining - remaining.mean()
        out[:, :, 2] = logarithm - logarithm.mean(axis=1, keepdims=True)
        out[:, :, 3] = logarithm - logarithm.max(axis=0)
        out[:, :, 4] = np.minimum(1.0, rate * self.slot / np.maximum(o["backlog"][d][waiting], 1.0))
        out[:, :, 7] = 1.0
        return out, snr

    @staticmethod
    def _together(d, snr, first):
        """Features of users beside the one that holds the subchannel already: the logarithms of what is
        kept of their rates and of what is left of the other's, under SIC.

        Args:
            d: 0 = uplink, 1 = downlink (whose power is taken to be shared as SmithRule does).
            snr: SNRs of the users alone.
            first: SNR of the other alone.
        """
        alone, other = np.log1p(snr), np.log1p(first)
        if d == 0:  # the stronger is decoded first, beside the weaker
            mine = np.where(snr > first, snr / (1 + first), snr)
            others = np.where(snr > first, first, first / (1 + snr))
        else:  # the weaker is decoded first, beside the stronger, at both
            part = snr**-0.4 / (snr**-0.4 + first**-0.4)
            mine = np.where(snr > first, part * snr, part * snr / (1 + (1 - part) * snr))
            others = np.where(
                snr > first, (1 - part) * first / (1 + part * first), (1 - part) * first
            )
        return np.log(np.log1p(mine) / alone), np.log(np.log1p(others) / other)

    def act(self, observation, rng=None):
        """Decides a slot.

        Args:
            observation: of the environment.
            rng: random generator; None takes the likeliest.

        Returns:
            the action, and the gradient of the logarithm of its probability by the weights.
        """
        o = observation
        users = len(o["ap"])
        action = np.zeros(2 * users, np.int64)
        gradient = np.zeros_like(self.weights)
        for d in (0, 1):
            for n in range(len(self.budget)):
                waiting = np.flatnonzero((o["ap"] == n) & (o["backlog"][d] > 0))
                if len(waiting) == 0:
                    continue
                features, snr = self._features(o, d, n, waiting)
                free = np.ones(len(waiting), bool)
                first = np.full(len(features), -1)
                for place in range(self.most):
                    row = min(place, 1)
                    for m in range(len(features)):
                        if not free.any() or (place > 0 and first[m] < 0):
                            continue
                        x = features[m][free]
                        if place > 0:
                            x = x.copy()
                            x[:, 5], x[:, 6] = self._together(d, snr[m][free], snr[m, first[m]])
                        chosen, step = self._draw(x, row, rng)
                        gradient[row] += step
                        if chosen == len(x):
                            continue
                        own = np.flatnonzero(free)[chosen]
                        free[own] = False
                        first[m] = own if place == 0 else first[m]
                        action[d * users + waiting[own]] = 1 + m
        return action, gradient

    @staticmethod
    def _choose(scores, rng):
        """Draws one of the users with these scores, or nobody; returns its index and all odds."""
        score = np.append(scores, 0.0)
        odds = np.exp(score - score.max())
        odds /= odds.sum()
        if rng is None:
            return int(score.argmax()), odds
        return min(int(np.searchsorted(odds.cumsum(), rng.random())), len(scores)), odds

    def _draw(self, x, row, rng):
        """Draws one of the users with features x, or nobody; returns its index and the gradient."""
        chosen, odds = self._choose(x @ self.weights[row], rng)
        mean = odds[:-1] @ x
        return chosen, (x[chosen] if chosen < len(x) else 0.0) - mean

    def save(self, path):
        """Writes the weights as JSON."""
        with open(path, "x", encoding="utf-8") as stream:
            json.dump({"features": FEATURES, "weights": self.weights.tolist()}, stream, indent=1)
            stream.write("\n")


def rollouts(envs, picker, seeds, rngs):
    """Plays one episode on each environment, side by side.

    Args:
        envs: environments.
        picker: the policy.
        seeds: of each.
        rngs: random generators of each, or None for the likeliest actions.

    Returns:
        of each: slots and rewards, arrays, and a list of what :meth:`Picker.act` returned beside the
        action, by step.
    """
    for env, seed in zip(envs, seeds):
        env.send_reset(seed)
    seen = [env.receive_reset() for env in envs]
    logs = [([], [], []) for _ in envs]
    running = list(range(len(envs)))
    while running:
        for k in running:
            action, gradient = picker.act(seen[k][0], rngs[k])
            logs[k][0].append(seen[k][1]["slot"])
            logs[k][2].append(gradient)
            envs[k].send_step(action)
        for k in list(running):
            observation, reward, terminated, truncated, info = envs[k].receive_step()
            logs[k][1].append(reward)
            seen[k] = observation, info
            if terminated or truncated:
                running.remove(k)
    return [(np.array(slots), np.array(rewards), beside) for slots, rewards, beside in logs]


def to_go(slots, rewards, discount):
    """Discounted sum of the rewards from each step on; discount per slot."""
    out = np.zeros(len(rewards))
    last = 0.0
    for t in reversed(range(len(rewards))):
        gap = slots[t + 1] - slots[t] if t + 1 < len(slots) else 1
        last = rewards[t] + discount**gap * last
        out[t] = last
    return out


def advantages(episodes, discount):
    """By how much the return from each step on is above that of the other episodes of one seed: the mean
    of what they still have before them at the same time.

    Args:
        episodes: as :func:`rollouts` gives them.
        discount: per slot.

    Returns:
        of each episode an array by step.
    """
    values = [to_go(slots, rewards, discount) for slots, rewards, _ in episodes]
    out = []
    for k, (slots, _, _) in enumerate(episodes):
        baseline = np.zeros(len(slots))
        for j, (other, _, _) in enumerate(episodes):
            if j != k:
                at = np.searchsorted(other, slots)
                baseline += np.append(values[j], 0.0)[at]
        out.append(values[k] - baseline / (len(episodes) - 1))
    return out


def gradient(episodes, discount):
    """REINFORCE over episodes of one seed, with :func:`advantages`.

    Args:
        episodes: as :func:`rollouts` gives them.
        discount: per slot.

    Returns:
        the estimated gradient of the return by the weights.
    """
    total = 0.0
    for (_, _, gradients), advantage in zip(episodes, advantages(episodes, discount)):
        total = total + np.tensordot(advantage, gradients, 1)
    return total / len(episodes)


class Adam:
    """Steps uphill (Kingma and Ba, 2015).

    Args:
        rate: length of a step.
    """

    def __init__(self, rate):
        self.rate = rate
        self.mean = self.square = 0.0
        self.steps = 0

    def step(self, gradient):
        """The change for a gradient."""
        self.steps += 1
        self.mean = 0.9 * self.mean + 0.1 * gradient
        self.square = 0.999 * self.square + 0.001 * gradient**2
        mean = self.mean / (1 - 0.9**self.steps)
        square = self.square / (1 - 0.999**self.steps)
        return self.rate * mean / (np.sqrt(square) + 1e-8)
