# SPDX-License-Identifier: GPL-2.0-only
"""A policy for decide="grants" with a network per place, trained by proximal policy optimisation.

Needs PyTorch (Debian's python3-torch) to train; nothing else of the package imports this file."""

import json

import numpy as np
import torch

from .learning import FEATURES, Picker, advantages


class NeuralPicker(Picker):
    """As :class:`noma.learning.Picker`, with a hidden layer between a user's features and its score.

    It plays in NumPy. Untrained, everybody is equally likely.

    Args:
        env: an environment with decide="grants".
        seed: of the hidden layers.
        hidden: units of a hidden layer.
    """

    def __init__(self, env, seed=0, hidden=32):
        super().__init__(env)
        torch.manual_seed(seed)
        self.networks = torch.nn.ModuleList(self._network(hidden) for _ in range(2)).double()
        self._drawn = []
        self.refresh()

    @staticmethod
    def _network(hidden):
        last = torch.nn.Linear(hidden, 1)
        torch.nn.init.zeros_(last.weight)
        torch.nn.init.zeros_(last.bias)
        return torch.nn.Sequential(torch.nn.Linear(len(FEATURES), hidden), torch.nn.Tanh(), last)

    def refresh(self):
        """Plays with the networks as they are now."""
        self._arrays = [
            [p.detach().numpy().copy() for p in network.parameters()] for network in self.networks
        ]

    def _draw(self, x, row, rng):
        inner, bias, outer, last = self._arrays[row]
        chosen, _ = self._choose(np.tanh(x @ inner.T + bias) @ outer[0] + last[0], rng)
        self._drawn.append((x, row, chosen))
        return chosen, 0.0

    def act(self, observation, rng=None):
        """Decides a slot.

        Args:
            observation: of the environment.
            rng: random generator; None takes the likeliest.

        Returns:
            the action, and what was drawn for it: features of those to draw from, place, index drawn.
        """
        self._drawn = []
        action, _ = super().act(observation, rng)
        return action, self._drawn

    def save(self, path):
        """Writes the weights as JSON."""
        weights = [[a.tolist() for a in arrays] for arrays in self._arrays]
        with open(path, "x", encoding="utf-8") as stream:
            json.dump({"features": FEATURES, "networks": weights}, stream, indent=1)
            stream.write("\n")


class Draws:
    """What was drawn in the steps of episodes, as tensors of one shape.

    Args:
        steps: of each step what :meth:`NeuralPicker.act` returned.
    """

    def __init__(self, steps):
        flat = [(k, *draw) for k, step in enumerate(steps) for draw in step]
        most = max(len(x) for _, x, _, _ in flat)
        self.steps = len(steps)
        self.features = torch.zeros((len(flat), most, len(FEATURES)), dtype=torch.float64)
        self.absent = torch.ones((len(flat), most + 1), dtype=torch.bool)
        for c, (_, x, _, _) in enumerate(flat):
            self.features[c, : len(x)] = torch.from_numpy(np.ascontiguousarray(x))
            self.absent[c, : len(x)] = False
        self.absent[:, most] = False  # nobody, the last
        self.step = torch.tensor([k for k, _, _, _ in flat])
        self.rows = torch.tensor([row for _, _, row, _ in flat])
        self.chosen = torch.tensor([most if j == len(x) else j for _, x, _, j in flat])

    def logarithms(self, networks):
        """Logarithm of the probability of each step's draws (tensor)."""
        score = torch.zeros(self.absent.shape, dtype=torch.float64)
        for row, network in enumerate(networks):
            mine = self.rows == row
            score[mine, :-1] = network(self.features[mine])[:, :, 0]
        score = score.masked_fill(self.absent, -torch.inf)
        drawn = torch.log_softmax(score, 1).gather(1, self.chosen[:, None])[:, 0]
        return torch.zeros(self.steps, dtype=torch.float64).index_add(0, self.step, drawn)


def clipped(ratio, advantage, clip):
    """The clipped surrogate of Schulman et al. (2017, equation 7), to be made large.

    Args:
        ratio: probability of what was done, over that when it was done (tensor).
        advantage: of each step (tensor).
        clip: how far the ratio counts from 1.

    Returns:
        its mean.
    """
    return torch.minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage).mean()


def improve(picker, adam, groups, discount, epochs=6, clip=0.2):
    """Changes the policy by what episodes show.

    Args:
        picker: a :class:`NeuralPicker`, which has played them.
        adam: a torch.optim.Adam of its networks' parameters.
        groups: lists of episodes of one seed each, as :func:`noma.learning.rollouts` gives them.
        discount: per slot.
        epochs: steps of the optimiser.
        clip: see :func:`clipped`.
    """
    steps, worth = [], []
    for episodes in groups:
        for (_, _, drawn), advantage in zip(episodes, advantages(episodes, discount)):
            decided = [k for k, draws in enumerate(drawn) if draws]
            steps += [drawn[k] for k in decided]
            worth += advantage[decided].tolist()
    draws = Draws(steps)
    worth = torch.tensor(worth, dtype=torch.float64)
    worth = worth / (worth.std() + 1e-12)
    with torch.no_grad():
        before = draws.logarithms(picker.networks)
    for _ in range(epochs):
        adam.zero_grad()
        ratio = torch.exp(draws.logarithms(picker.networks) - before)
        (-clipped(ratio, worth, clip)).backward()
        adam.step()
    picker.refresh()
