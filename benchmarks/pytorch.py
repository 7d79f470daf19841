"""The same network and objective in PyTorch, written from the paper."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

MARGIN = 8


def _convolution(inputs, filters, size, stride=1, padding=0, relu=True):
    convolution = nn.Conv2d(inputs, filters, size, stride, padding, bias=False)
    layers = [convolution, nn.InstanceNorm2d(filters, affine=True)]
    return nn.Sequential(*layers, nn.ReLU()) if relu else nn.Sequential(*layers)


def _enlargement(inputs, filters, upsampling):
    if upsampling == "bilinear":
        layers = [nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(inputs, filters, 3, padding=1, bias=False)]
    else:
        layers = [nn.ConvTranspose2d(inputs, filters, 3, 2, padding=1, output_padding=1, bias=False)]
    return nn.Sequential(*layers, nn.InstanceNorm2d(filters, affine=True), nn.ReLU())


class Residual(nn.Module):
    def __init__(self, filters):
        super().__init__()
        self.branch = nn.Sequential(_convolution(filters, filters, 3), _convolution(filters, filters, 3, relu=False))

    def forward(self, x):
        return x[:, :, 2:-2, 2:-2] + self.branch(x)


class Network(nn.Module):
    """The paper's table with instance normalization; `extra` pixels more of reflection, as fast-style computes them.

    `width`: filters of the first layer, 32 in the paper. `upsampling`: "transposed", the paper's, or "bilinear".
    """

    def __init__(self, extra=0, width=32, upsampling="transposed"):
        super().__init__()
        self.extra = extra
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(40 + extra),
            _convolution(3, width, 9, 1, 4),
            _convolution(width, 2 * width, 3, 2, 1),
            _convolution(2 * width, 4 * width, 3, 2, 1),
            *(Residual(4 * width) for _ in range(5)),
            _enlargement(4 * width, 2 * width, upsampling),
            _enlargement(2 * width, width, upsampling),
            nn.Conv2d(width, 3, 9, 1, 4),
        )

    def forward(self, images):
        x = 127.5 + 150.0 * torch.tanh(self.layers(images / 127.5 - 1.0).float())
        e = self.extra
        return x[:, :, e:-e, e:-e] if e else x


class Vgg19(nn.Module):
    """To relu4_3; features of relu1_2, relu2_2, relu3_3 and relu4_3."""

    def __init__(self):
        super().__init__()
        layers, inputs = [], 3
        for filters, count in ((64, 2), (128, 2), (256, 4), (512, 3)):
            for _ in range(count):
                layers += [nn.Conv2d(inputs, filters, 3, padding=1), nn.ReLU()]
                inputs = filters
            layers.append(nn.MaxPool2d(2))
        self.layers = nn.ModuleList(layers[:-1])

    def forward(self, x, count=4):
        """The first `count` features; nothing behind them is computed."""
        features = []
        for index, layer in enumerate(self.layers):
            x = layer(x)
            if index in (3, 8, 15, 24):
                features.append(x.float())
            if len(features) == count:
                break
        return features


def _parameters_and_multiply_adds(network, size):
    total = 0

    def count(layer, inputs, output):
        nonlocal total
        pixels = inputs[0] if isinstance(layer, nn.ConvTranspose2d) else output
        total += pixels.shape[2] * pixels.shape[3] * layer.weight.numel()

    convolutions = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
    hooks = [m.register_forward_hook(count) for m in convolutions]
    with torch.no_grad():
        network(torch.zeros(1, 3, size, size))
    for hook in hooks:
        hook.remove()
    return sum(p.numel() for p in network.parameters()), total


def _pixels(seed, *shape):
    return torch.from_numpy(np.random.default_rng(seed).integers(0, 256, shape).astype("float32"))


def training_step(size, batch_size, bfloat16=False, compiled=False):
    network, vgg = Network().to(memory_format=torch.channels_last), Vgg19().requires_grad_(False)
    vgg = vgg.to(memory_format=torch.channels_last)
    counts = _parameters_and_multiply_adds(network, size)
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    mean = torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)

    def features(images, count=4):
        return vgg(images.flip(1) - mean, count)

    def gram(f):
        f = f.flatten(2)
        return f @ f.transpose(1, 2) / (f.shape[1] * f.shape[2])

    def objective(photos, targets):
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            with torch.no_grad():
                content = features(photos, count=2)[1]
            outputs = network(photos)
            found = features(outputs)
        loss = functional.mse_loss(found[1], content)
        for f, g in zip(found, targets, strict=True):
            loss = loss + 1e-4 * ((gram(f) - g) ** 2).sum((1, 2)).mean()
        rows, columns = outputs.diff(dim=2), outputs.diff(dim=3)
        return loss + 1e-5 * ((rows**2).sum() + (columns**2).sum()) / len(photos)

    with torch.no_grad():
        targets = [gram(f) for f in features(_pixels(0, 1, 3, size, size))]
    photos = _pixels(1, batch_size, 3, size, size).to(memory_format=torch.channels_last)
    objective = torch.compile(objective) if compiled else objective

    def repeat():
        optimizer.zero_grad()
        loss = objective(photos, targets)
        loss.backward()
        optimizer.step()
        loss.item()

    return repeat, *counts


def inference(size, bfloat16=False, compiled=False):
    network = Network(MARGIN).eval()
    counts = _parameters_and_multiply_adds(network, size)
    network = network.to(memory_format=torch.channels_last)
    photo = _pixels(1, 1, 3, size, size).to(memory_format=torch.channels_last)
    run = torch.compile(network) if compiled else network

    def repeat():
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            run(photo).clamp(0, 255).byte().numpy()

    return repeat, *counts


def video(source, filters, upsampling, size, bfloat16=False, compiled=False):
    """A clip, frame by frame in a loop: decoded, painted and encoded one after the other, as ours is encoded."""
    import tempfile
    from pathlib import Path

    import av

    network = Network(MARGIN, filters, upsampling).eval()
    counts = _parameters_and_multiply_adds(network, size)
    network = network.to(memory_format=torch.channels_last)
    run = torch.compile(network) if compiled else network
    target = Path(tempfile.mkdtemp()) / "out.mp4"

    def paint(rgb):
        frame = torch.from_numpy(rgb).permute(2, 0, 1)[None].float()
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            return run(frame)[0].clamp(0, 255).byte().permute(1, 2, 0).contiguous().numpy()

    def repeat():
        with av.open(source) as clip, av.open(str(target), "w") as output:
            read = clip.streams.video[0]
            read.thread_type = "AUTO"
            options = {"preset": "veryfast", "crf": "20", "bf": "0"}
            written = output.add_stream("libx264", rate=read.average_rate, options=options)
            written.width, written.height, written.pix_fmt = read.width, read.height, "yuv420p"
            for frame in clip.decode(read):
                painted = paint(frame.to_ndarray(format="rgb24"))
                output.mux(written.encode(av.VideoFrame.from_ndarray(painted, "rgb24")))
            output.mux(written.encode(None))

    return repeat, *counts
