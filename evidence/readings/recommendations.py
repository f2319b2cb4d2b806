"""The rows of the five-minute answer: what to write in Keras and in PyTorch, why, and what it was seen on."""

from typing import NamedTuple


class Seen(NamedTuple):
    """A claim that carries a row, and on what: words whose braces the experiment's protocol fills."""

    claim: str  # its name
    experiment: str  # one that the claim reads
    on: str


class Row(NamedTuple):
    """One recommendation. What stands in backticks is code that runs: see tests/test_recommendations.py."""

    layer: str
    keras: str  # an initializer or a layer; a is the slope
    torch: str  # w is the weight, n its fan-in, a the slope; rnn an LSTM or a GRU of h units
    why: str  # with a link
    seen: tuple[Seen, ...] = ()  # empty: a derivation


SETTLED = "{hidden_layers} dense layers, {sgd_steps} steps"
MATRIX = "ten dense layers, {steps} steps"
CONSTANT = Seen("constants_hold_in_a_wide_layer", "rectifier_signal", "one wide layer, its signal")
LEVEL = Seen("with_adam_constants_end_level", "settled_rectifiers", "ten dense layers, {adam_steps} steps of Adam: a tie")
GATED = "`w, r, b, c = rnn.parameters()`<br>`xavier_uniform_(w)`<br>`orthogonal_(r)`<br>`zeros_(b), zeros_(c)`"
LATE = Seen("gelu_and_silu_start_late_with_sgd", "settled_rectifiers", "ten dense layers, {sgd_steps} steps of SGD")
FIRST = (
    Row(
        "ReLU, dense or convolutional", '`"he_normal"`', '`kaiming_normal_(w, nonlinearity="relu")`', "[ReLU halves the signal](he.md#what-relu-takes-away)",
        (
            Seen("glorot_stalls_at_thirty", "settled_relu_30", SETTLED),
            Seen("glorot_does_not_start_with_thirty_convolutions", "convolution_sgd", "22 and 30 convolutions, {steps} steps"),
            Seen("glorot_waits_longer_than_an_epoch", "settled_convolutions", "22 convolutions, {steps} steps of SGD"),
        ),
    ),
    Row(
        "tanh", '`"glorot_uniform"`', "`xavier_uniform_(w)`", "[it fades slowly](glorot.md#tanh-fades-slowly)",
        (Seen("the_rules_end_together_with_tanh", "glorot_ordering", "five dense layers, {steps} steps"),),
    ),
    Row(
        "softmax or linear output", '`"glorot_uniform"`', "`xavier_uniform_(w)`", "[class shares go into the bias](biases.md#the-output-bias-knows-the-labels)",
        (Seen("a_zero_kernel_waits", "prior_bias", "{positives} images of one class in {images}"),),
    ),
    Row(
        "end of a residual branch", '`"zeros"`', "`zeros_(w)`", "[the branch starts silent](normalization.md#where-a-zero-belongs)",
        (
            Seen("fixup_trains_where_he_overflows", "fixup_depth", "64 blocks of two dense layers, {steps} steps of SGD"),
            Seen("he_blocks_stay_behind", "settled_branches", "the same, {steps} steps of Adam"),
            Seen("plain_convolutions_start_late", "settled_residual_convolutions", "{blocks} blocks of two convolutions, {steps} steps of SGD"),
        ),
    ),
    Row("pretrained layer", "nothing", "nothing", "[loaded weights win](transfer.md#new-heads-only)"),
)  # fmt: skip
OTHERS = (
    Row(
        "leaky ReLU, slope `a`", "`VarianceScaling(2 / (1 + a*a))`", "`kaiming_normal_(w, a)`", "[its own constant](he.md#other-rectifiers)", (CONSTANT, LEVEL),
    ),
    Row("ELU", "`VarianceScaling(1.551)`", "`normal_(w, 0, (1.551 / n)**0.5)`", "[its own constant](he.md#other-rectifiers)", (CONSTANT, LEVEL)),
    Row("GELU", "`VarianceScaling(2.352)`", "`normal_(w, 0, (2.352 / n)**0.5)`", "[starts at once with SGD](activations.md#once-settled)", (LATE, LEVEL)),
    Row("SiLU", "`VarianceScaling(2.811)`", "`normal_(w, 0, (2.811 / n)**0.5)`", "[starts at once with SGD](activations.md#once-settled)", (LATE, LEVEL)),
    Row(
        "SELU", '`"lecun_normal"`', '`kaiming_normal_(w, nonlinearity="linear")`', "[made for each other](activations.md#selu-and-lecun)",
        (Seen("selu_starts_faster_from_lecun", "activation_matrix", MATRIX), LEVEL),
    ),
    Row(
        "tanh, thirty layers", '`"orthogonal"`', "`orthogonal_(w)`", "[starts faster and stands Adam's default rate; at its own best rate Glorot ends level](choosing.md#orthogonal-for-deep-tanh)",
        (Seen("orthogonal_starts_faster", "settled_tanh_30", SETTLED),),
    ),
    Row(
        "softsign", '`"glorot_uniform"`', "`xavier_uniform_(w)`", "[as for tanh; ten layers start faster from He](activations.md#eight-activations-six-starts)",
        (Seen("the_rules_end_together_with_tanh", "glorot_ordering", "five dense layers, {steps} steps"),),
    ),
    Row(
        "sigmoid, hidden", '`VarianceScaling(16, "fan_avg", "uniform")`', "`xavier_uniform_(w, gain=4)`",
        "[four times Glorot; better: subtract one half](activations.md#sigmoid-and-where-the-four-comes-from)",
        (Seen("four_times_glorot_trains_fifteen_layers", "sigmoid_start", "fifteen dense layers, {steps} steps"),),
    ),
    Row(
        "LSTM", "`LSTM(units)`, as it is", GATED + "<br>`c.data[h:2*h] = 1`",
        "[forget bias 1](biases.md#the-forget-gate-of-an-lstm), recurrent kernel orthogonal; for long lags [chrono biases, and a larger rate](recurrent.md#what-to-do)",
        (
            Seen("gated_kernels_tie_row_by_row", "recurrent_rows", "{units} units, MNIST by rows, {steps} steps"),
            Seen("biases_decide_what_can_wait", "recurrent_wait", "{units} units, fifty blank rows, {steps} steps"),
        ),
    ),
    Row(
        "GRU", "`GRU(units)`, as it is", GATED,
        "recurrent kernel orthogonal; for long lags [chrono biases, and a larger rate](recurrent.md#what-to-do)",
        (
            Seen("gated_kernels_tie_row_by_row", "recurrent_rows", "{units} units, MNIST by rows, {steps} steps"),
            Seen("a_gru_needs_chrono_as_well", "recurrent_wait", "{units} units, fifty blank rows, {steps} steps"),
        ),
    ),
    Row(
        "embedding", "`Embedding(words, units)`, as it is", "`normal_(w, 0, 0.02)`, or as it is",
        "no fan-in: [no sum](fans.md#kerass-defaults-read-from-keras); [larger ones bear larger rates](attention.md#the-spread-of-embeddings-in-training)",
        (Seen("small_embeddings_gain_at_a_small_rate_and_lose_at_a_large_one", "embedding_training", "a decoder of two blocks, {width} wide, {steps} steps"),),
    ),
    Row(
        "transformer, each matrix", '`"glorot_uniform"`', "`xavier_uniform_(w)`", "[starts faster; 0.02 at a width of 768, or as much at yours, ends level](transformers.md#training)",
        (
            Seen("glorots_variance_is_ahead", "transformer_training", "eight blocks on patches of MNIST, {width} wide, {steps} steps"),
            Seen("the_two_spreads_end_level", "settled_transformers", "four blocks, {steps} steps"),
        ),
    ),
    Row(
        "router of a mixture of experts", '`"lecun_normal"`', '`kaiming_normal_(w, nonlinearity="linear")`', "or smaller, and [a balance loss](mixture_of_experts.md#what-to-do)",
        (
            Seen("a_large_router_falls_behind", "mixture_start", "one block of {experts} experts, images with tags, {steps} steps"),
            Seen("modest_routers_end_together", "mixture_start", "the same with four small routers, {steps} steps"),
        ),
    ),
    Row(
        "batch normalization", "as without", "as without", "[its scale is divided out](normalization.md#the-scale-drops-out)",
        (Seen("batch_norm_narrows_the_spread", "batch_norm_scale", "five dense layers, {steps} steps"),),
    ),
    Row(
        "new head, body frozen", '`"zeros"`', "`zeros_(w)`", "[nothing to unlearn](transfer.md#zeros-for-a-new-head)",
        (
            Seen("a_frozen_body_prefers_a_zero_head", "new_head", "digits 5 to 9 on a dense body of 0 to 4, {steps} steps"),
            Seen("zero_heads_start_ahead_on_convolutions", "new_head_convolutions", "the same on four convolutions, {steps} steps"),
        ),
    ),
)  # fmt: skip
