"""Figures about dense and plain convolutional networks. Bands follow from the papers; the runs were on record before."""

from evidence.readings.reproduction import ANY, Band, Reproduction

ROWS = [
    Reproduction(
        "sigmoid_ends_last", "glorot2010", "table 1",
        "Test error on MNIST with five hidden layers: sigmoid 2.21 per cent, tanh under the old rule, uniform within ±1/√n, 1.76, tanh under Glorot's 1.64.",
        "Five hidden layers of 64 units, SGD at its best of {rates[tanh]} rates, {epochs} epochs of {images:,} images.",
        {
            "sigmoid": Band("error of sigmoid less that of tanh, both under the old rule, points", (0.1, ANY), (0, ANY)),
            "glorot": Band("error of tanh under the old rule less that under Glorot's, points", (0, ANY)),
        },
        ("glorot_ordering",), "glorot.md", True,
    ),
    Reproduction(
        "mean_of_sigmoid", "glorot2010", "figure 2 and section 3.1",
        "Sigmoid is unsuited to deep networks with random weights because of its mean.",
        "Fifteen hidden layers of 64 units, the same weights with sigmoid and with sigmoid less one half, SGD, six epochs.",
        {"centred": Band("test accuracy without the mean less that with it, points", (20, ANY), (2, ANY))},
        ("sigmoid_start",), "activations.md", True,
        "From four times Glorot the network with its mean learns as well, some epochs later. From Glorot's own weights it does not start in these six "
        "epochs, at any rate. So what the mean costs depends on the weights and on the patience.",
    ),
    Reproduction(
        "normalized_gradients", "glorot2010", "figure 7",
        "Tanh: under Glorot's rule the error signal does not shrink on its way down, where it does under the old rule.",
        "29 layers of 256 tanh units before training.",
        {"factor": Band("factor of the error signal's root mean square per layer on its way down", (0.9, 1.1), (0.8, 1.25))},
        ("gradient_anatomy",), "vanishing.md", True,
    ),
    Reproduction(
        "kernel_gradients_are_level", "glorot2010", "figure 8",
        "Where each layer shrinks the error signal, the gradients of the weights are still about equal in all layers (equation 14).",
        "29 layers of 256 units before training. ReLU under Glorot's rule loses a half per layer in mean square; the paper's tanh lost two thirds.",
        {
            "error": Band("factor of the error signal's root mean square per layer on its way down; √½ is 0.71", (0.66, 0.76), (0.5, 0.9)),
            "kernel": Band("gradient of the second kernel over that of the last hidden one", (0.5, 2), (0.2, 5)),
        },
        ("gradient_anatomy",), "vanishing.md", True,
    ),
    Reproduction(
        "he_starts_earlier", "he2015", "figure 2",
        "22 layers: both rules converge to the same error, He's earlier.",
        "Fifteen dense hidden layers of 64 units, SGD, {epochs[sgd]} epochs of {images:,} images of MNIST.",
        {
            "early": Band("He's lead in median test accuracy after half an epoch, points", (5, ANY), (0, ANY)),
            "end": Band("He's lead at the end, points", (-3, 3), (-3, 10)),
        },
        ("settled_relu_15",), "answer.md", True,
    ),
    Reproduction(
        "glorot_stalls", "he2015", "figure 3",
        "30 layers: He's network converges, under Glorot's rule it does not start.",
        "Thirty dense hidden layers of 64 units, SGD, {steps} steps of {batch_size} images.",
        {
            "he": Band("He's test accuracy", (0.5, 1)),
            "glorot": Band("Glorot's test accuracy, where one class has 0.11", (0, 0.15)),
            "lead": Band("He's lead, points", (20, ANY), (10, ANY)),
        },
        ("rectifier_depth",), "he.md", True,
        "{steps} steps are too few for He's thirty dense layers to get far. That Glorot's do not start is as in the paper.",
    ),
    Reproduction(
        "glorot_stalls_for_good", "he2015", "figure 3, on more epochs",
        "The 30 layers under Glorot's rule do not converge even if trained for longer.",
        "Thirty dense hidden layers of 64 units, SGD, {epochs[sgd]} epochs of {images:,} images.",
        {
            "he": Band("He's median test accuracy at the end", (0.9, 1), (0.9, 1)),
            "glorot": Band("Glorot's median test accuracy at the end, where one class has 0.11", (0, 0.2), (0, 0.85)),
        },
        ("settled_relu_30",), "answer.md", True,
        "At its best of {rates[sgd]} rates ours stalls for the first epochs and then learns, in every seed: its gradients are small, not zero. He's network is "
        "there long before. How many more epochs the paper waited, and at which rates, we could not read.",
    ),
    Reproduction(
        "he_starts_earlier_convolutions", "he2015", "figure 2",
        "22 layers: both rules converge to the same error, He's earlier.",
        "22 convolutions of 3×3 with 16 channels on 14×14 pixels, SGD without momentum, {steps} steps of {batch_size} images.",
        {
            "he": Band("He's test accuracy at the end", (0.7, 1), (0.7, 1)),
            "end": Band("He's lead at the end, points", (-3, 10)),
        },
        ("convolution_sgd",), "convolutions.md", True,
        "He's network trains; Glorot's of 22 layers has not started after {steps} steps without momentum. The paper's had epochs of ImageNet. Ours does "
        "not start within a pass over nearly all of MNIST either, as the chapter shows.",
    ),
    Reproduction(
        "glorot_stalls_convolutions", "he2015", "figure 3",
        "30 layers: He's network converges, under Glorot's rule it does not start.",
        "30 convolutions of 3×3 with 16 channels on 14×14 pixels, SGD, {steps} steps of {batch_size} images.",
        {
            "he": Band("He's test accuracy at the end", (0.5, 1)),
            "glorot": Band("Glorot's test accuracy at the end, where one class has 0.11", (0, 0.15)),
            "lead": Band("He's lead, points", (20, ANY), (10, ANY)),
        },
        ("convolution_sgd",), "convolutions.md", True,
    ),
    Reproduction(
        "gradient_growth_of_tanh", "schoenholz2017", "abstract",
        "Gradients vanish in the ordered phase, explode in the chaotic one, and keep their size between, as mean-field theory computes.",
        "Thirty layers of 300 tanh units, five weight variances, biases of variance 0.05.",
        {"deviation": Band("largest deviation of the factor per layer from the theory's √χ, as a share of it", (0, 0.05), (0, 0.15))},
        ("edge_of_chaos",), "edge.md", True,
    ),
    Reproduction(
        "trainable_depth_of_tanh", "schoenholz2017", "abstract; six depth scales by accounts of the paper",
        "A network trains where information passes through it: up to about six depth scales, and at any depth at the edge of chaos.",
        "40 layers of 100 tanh units, one pass over {training[images]:,} images, SGD, each at its best rate; in the ordered phase six depth scales are 22 layers.",
        {
            "edge": Band("test accuracy at the edge, 40 layers", (0.5, 1)),
            "ordered": Band("test accuracy in the ordered phase, 40 layers", (0, 0.3)),
            "shallow": Band("test accuracy in the ordered phase, 10 layers", (0.5, 1)),
            "lead": Band("lead of the edge at 40 layers, points", (20, ANY), (10, ANY)),
        },
        ("edge_of_chaos",), "edge.md", True,
    ),
    Reproduction(
        "batch_normalization_explodes", "yang2019", "abstract",
        "Batch normalization makes gradients grow exponentially with depth, whatever the variance of the weights; with ReLU by √(π/(π − 1)) = 1.21.",
        "Fifty layers of 128 ReLU units, batches of {images} images, He's weights and a tenth and ten times of them.",
        {
            "factor": Band("factor of the error signal per layer on its way down", (1.19, 1.23), (1.1, 1.35)),
            "scale": Band("that factor at ten times He's weights over that at a tenth", (0.97, 1.03), (0.9, 1.1)),
        },
        ("batch_norm_depth",), "normalization.md", True,
    ),
    Reproduction(
        "one_step_calms_batch_normalization", "yang2019", "abstract",
        "After a single step of optimization the gradients have a far smaller range over the layers.",
        "The same network after one step of SGD at a rate of 0.1.",
        {"range": Band("powers of ten between the largest and the smallest kernel gradient after the step, over those before", (0, 0.5), (0, 0.9))},
        ("batch_norm_depth",), "normalization.md", True,
    ),
    Reproduction(
        "born_dead", "lu2020", "abstract",
        "A deep ReLU network is born dead with a probability that goes to 1 with depth.",
        "200 networks for each of four widths and ten seeds, up to fifty layers. For one image the law is 1 − (1 − 2⁻ⁿ)ᴸ.",
        {
            "law": Band("largest deviation of the share that is mute for one image in layer 50 from the law", (0, 0.03), (0, 0.1)),
            "narrow": Band("share of the networks of width 2 that are dead for 32 images in layer 50", (0.9, 1), (0.5, 1)),
        },
        ("dead_start",), "biases.md", True,
    ),
    Reproduction(
        "lengths_vary", "hanin2018", "abstract",
        "The length of activations varies between networks exponentially with the sum of 1 / width: under He's rule the logarithm of the "
        "mean square, ln q, has a standard deviation near √(5 L / n) in layer L of n units.",
        "Twenty ReLU layers of 64 to 512 units, fifteen seeds.",
        {
            "spread": Band("measured spread of ln q in the last layer over √(5 L / n), the width furthest from 1", (0.6, 1.6), (0.4, 2.5)),
            "widths": Band("spread at the smallest width over that at the largest; √8 is 2.8", (1.6, 5), (1.2, 8)),
        },
        ("rectifier_signal",), "he.md", True,
    ),
    Reproduction(
        "log_lengths_walk", "sussillo2014", "abstract",
        "The logarithm of the length walks at random: its variance grows linearly with depth.",
        "ReLU layers of 64 to 512 units under He's rule, fifteen seeds of each width.",
        {"growth": Band("variance of ln q from layer 1 to 20 over that from layer 1 to 10, pooled over widths; 19 / 9 is 2.1", (1.4, 3.2), (1.1, 4.5))},
        ("rectifier_signal",), "he.md", True,
    ),
    Reproduction(
        "selu_normalizes_itself", "klambauer2017", "figure 2 and theorem 1",
        "Activations of SELU near mean zero and variance one come back to them through many layers.",
        "Thirty layers under LeCun's rule, from mean squares of a half, one and two.",
        {"distance": Band("largest distance of a mean square from 1 in the last layer", (0, 0.15), (0, 0.4))},
        ("activation_constants",), "activations.md", True,
    ),
    Reproduction(
        "lsuv_reaches_one", "mishkin2016", "algorithm 1",
        "Layer by layer, each output is scaled to a variance within a tenth of one.",
        "Twenty hidden layers of 64 units with tanh, ReLU and GELU.",
        {"distance": Band("largest distance of a layer's variance from 1, on the batch that it saw", (0, 0.1), (0, 0.3))},
        ("lsuv_variance",), "lsuv.md", True,
    ),
    Reproduction(
        "lsuv_is_as_good", "mishkin2016", "abstract",
        "The test accuracy is as good as after standard starts, or better, with several activations.",
        "Twenty hidden layers of 64 units, {steps} steps of SGD at its best of {rates} rates, beside He's rule.",
        {
            "relu": Band("lead over He with ReLU, points", (-2, ANY), (-5, ANY)),
            "gelu": Band("lead over He with GELU, points", (-2, ANY), (-5, ANY)),
        },
        ("lsuv_variance",), "lsuv.md", True,
    ),
    Reproduction(
        "delta_orthogonal_keeps_norms", "xiao2018", "abstract",
        "A delta-orthogonal convolution keeps norms.",
        "A hundred linear convolutions of 3×3 with 16 channels, {images} images.",
        {"change": Band("largest change of an image's norm, as a share of it", (0, 0.001), (0, 0.05))},
        ("isometry",), "delta_orthogonal.md", True,
    ),
    Reproduction(
        "delta_orthogonal_trains", "xiao2018", "abstract",
        "Plain convolutional networks of thousands of layers train from a delta-orthogonal start.",
        "Thirty tanh convolutions or more, beside Glorot's rule, at the same small budget.",
        {
            "accuracy": Band("test accuracy from the delta-orthogonal start", (0.5, 1), (0.3, 1)),
            "lead": Band("lead over Glorot's rule, points", (10, ANY), (2, ANY)),
        },
        ("delta_orthogonal_training",), "convolutions.md", False,
    ),
    Reproduction(
        "supermask", "zhou2019", "abstract",
        "A mask on random weights that were never trained gives 86 per cent on MNIST.",
        "A dense network with the mask of the weights that training made larger, applied to its start. The mask comes from that one of {rates[dense]} rates at which it does best "
        "on validation images.",
        {"accuracy": Band("test accuracy under the mask, untrained", (0.75, 1), (0.3, 1))},
        ("lottery_tickets",), "lottery_tickets.md", False,
    ),
]  # fmt: skip
