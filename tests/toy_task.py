"""A third task in 60 lines: networks that take noise off photographs."""

import dataclasses

import keras
from keras import ops

from fast_style.common.images.pixels import image_to_network, network_to_image
from fast_style.common.layers import Convolution
from fast_style.common.networks.image_network import ImageNetwork
from fast_style.common.settings import TrainingSettings, setting
from fast_style.common.task import Lazily, Task
from fast_style.common.terms import TermRow, with_terms
from fast_style.common.training.objective import Objective, build_terms
from fast_style.common.training.trainer import PerceptualTrainer

PIXEL = TermRow("pixel", "of the squared difference", 1.0, Lazily("fast_style.common.losses:pixel_loss"))


@dataclasses.dataclass(kw_only=True)
@with_terms(PIXEL)
class DenoisingSettings(TrainingSettings):
    """The objective is pixel_weight * l_pixel."""

    noise: float = setting(20.0, "in pixel values")


@keras.saving.register_keras_serializable(package="toy")
class DenoisingNetwork(ImageNetwork):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.layer = Convolution(3, 5, padding="same", dtype=self.dtype_policy)
        self.layer.build((None, None, None, 3))
        self.built = True

    def chain(self):
        return [self.layer]

    def call(self, images, training=None):
        return network_to_image(ops.cast(self.layer(image_to_network(images)), "float32"))


class Denoising(PerceptualTrainer):
    def __init__(self, network, settings):
        super().__init__(network, objective=Objective(build_terms(settings, None)))
        self.noise = settings.noise

    def inputs(self, views, training):
        return views + self.noise * keras.random.normal(ops.shape(views), seed=self.step_seed(True))


TASK = Task(
    name="denoising",
    package="toy",
    settings=DenoisingSettings,
    base=Lazily("tests.toy_task:DenoisingNetwork"),
    networks=(Lazily("tests.toy_task:DenoisingNetwork"),),
    build_network=lambda settings: DenoisingNetwork(),
    build_trainer=lambda settings, network: Denoising(network, settings),
)
