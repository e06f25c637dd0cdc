# SPDX-License-Identifier: GPL-2.0-only
"""Independent reference for work, sizes and partitions of DNNs: plain arithmetic over layer tables
and brute force, sharing nothing with the C++ code.

VGG16, ResNet-18 and tiny YOLOv2 are written down per weighted layer as their papers' tables give
them; the rest follows from the rules of the section "Work" of the model.
"""

import itertools


class Tally:
    """Adds up one network layer by layer; the current tensor is channels x side x side."""

    def __init__(self, channels, side):
        self.c, self.s = channels, side
        self.macs = self.flops = self.params = 0

    def conv(self, outputs, kernel, stride=1, pad=0, bias=True, norm=False):
        self.s = (self.s + 2 * pad - kernel) // stride + 1
        weights = outputs * self.c * kernel * kernel
        self.macs += weights * self.s * self.s
        self.flops += 2 * weights * self.s * self.s
        self.params += weights + (outputs if bias else 0) + (2 * outputs if norm else 0)
        self.c = outputs
        return self

    def each(self, flops):
        """An operator that costs so many FLOPs per element."""
        self.flops += flops * self.c * self.s * self.s
        return self

    def pool(self, kernel, side):
        self.s = side
        return self.each(kernel * kernel)

    def fc(self, outputs):
        inputs = self.c * self.s * self.s
        self.macs += inputs * outputs
        self.flops += 2 * inputs * outputs
        self.params += inputs * outputs + outputs
        self.c, self.s = outputs, 1
        return self


def vgg16(side):
    t = Tally(3, side)
    for outputs, repeat in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(repeat):
            t.conv(outputs, 3, pad=1).each(1)
        t.pool(2, t.s // 2)
    t.fc(4096).each(1).fc(4096).each(1).fc(1000).each(3)
    return t


def resnet18(side):
    t = Tally(3, side)
    t.conv(64, 7, 2, 3, bias=False, norm=True).each(1)
    t.pool(3, (t.s + 2 - 3) // 2 + 1)
    for outputs in (64, 128, 256, 512):
        for block in range(2):
            before_c, before_s = t.c, t.s
            stride = 2 if outputs != 64 and block == 0 else 1
            t.conv(outputs, 3, stride, 1, bias=False, norm=True).each(1)
            t.conv(outputs, 3, 1, 1, bias=False, norm=True)
            if before_c != outputs:
                after_c, after_s = t.c, t.s
                t.c, t.s = before_c, before_s
                t.conv(outputs, 1, stride, bias=False, norm=True)
                assert (t.c, t.s) == (after_c, after_s)
            t.each(1)  # sum
            t.each(1)  # ReLU
    t.flops += t.c * t.s * t.s
    t.s = 1
    return t.fc(1000)


def yolov2_tiny(side, last, classes):
    t = Tally(3, side)
    for i, outputs in enumerate((16, 32, 64, 128, 256, 512, 1024, last)):
        t.conv(outputs, 3, pad=1, bias=False, norm=True).each(1)
        if i < 5:
            t.pool(2, (t.s + 1 - 2) // 2 + 1)
        elif i == 5:
            t.pool(2, t.s)
    return t.conv(5 * (5 + classes), 1)


NETWORKS = {
    ("vgg16", 224): vgg16,
    ("vgg16", 32): vgg16,
    ("resnet18", 224): resnet18,
    ("resnet18", 32): resnet18,
    ("yolov2-tiny-voc", 416): lambda side: yolov2_tiny(side, 1024, 20),
    ("yolov2-tiny-coco", 416): lambda side: yolov2_tiny(side, 512, 80),
    ("yolov2-tiny-voc", 100): lambda side: yolov2_tiny(side, 1024, 20),
}


def partitions(graph):
    """Latency and slowest stage of every subset of the vertices that is a legal partition."""
    n = len(graph["vertices"])
    for chosen in itertools.product((False, True), repeat=n - 1):
        device = (True,) + chosen
        if any(device[v] and not device[u] for u, v in graph["edges"]):
            continue
        crossing = {u for u, v in graph["edges"] if device[u] and not device[v]}
        stages = (
            sum(x["deviceSeconds"] for x, on in zip(graph["vertices"], device) if on),
            sum(graph["vertices"][u]["outputBits"] for u in crossing) / graph["rateBps"],
            sum(x["edgeSeconds"] for x, on in zip(graph["vertices"], device) if not on),
        )
        yield sum(stages), max(stages), [v for v in range(n) if device[v]]
