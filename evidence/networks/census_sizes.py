"""How small the census builds an architecture: what the fields of a configuration are given, by their names."""

WIDTHS, DEPTHS = (64, 128), (2, 8)
VOCABULARY, LABELS, HEADS, LONGEST = 512, 10, 4, 128
# What configurations are given, by the names of their fields: so an architecture that we never heard of is made small too
WIDTH = """hidden_size d_model n_embd dim embed_dim emb_dim embedding_size embedding_dim decoder_hidden_size encoder_hidden_size
    model_dim word_embed_proj_dim lru_width d_embed hidden_dim hidden_sizes conv_dim embed_dims encoder_dim expert_hidden_size d_latents
    decoder_dim layer_channels neck_hidden_sizes num_filters output_hidden_size hidden_size_global audio_hidden_size downsample_hidden_size
    base_attn_unit_dims ext_pw_out_channel depthwise_separable_out_channel nemo_conv_channels"""
HEAD = "head_dim d_kv d_head kv_channels v_head_dim qk_head_dim attention_head_dim global_head_dim linear_key_head_dim linear_value_head_dim linear_head_dim dim_head"
COUNTS = {  # share of the width or a fixed count: names
    (1, 0): WIDTH,
    (1 / HEADS, 0): f"{HEAD} q_lora_rank kv_lora_rank o_lora_rank index_head_dim mamba_d_head mamba_head_dim attention_hidden_size_per_head",
    (1 / HEADS / 2, 0): "qk_rope_head_dim qk_nope_head_dim rotary_dim",
    (2, 0): """moe_intermediate_size expert_ffn_hidden_size shared_expert_intermediate_size moe_shared_expert_intermediate_size mamba_d_ssm
        expert_intermediate_size moe_ffn_hidden_size""",
    (4, 0): """intermediate_size ffn_dim d_ff dim_ff n_inner d_inner ffn_hidden_size encoder_ffn_dim decoder_ffn_dim feed_forward_hidden_size
        shared_intermediate_size decoder_intermediate_size dense_intermediate_size mlp_dim mlp_hidden_size intermediate_size_mlp
        decoder_hidden_dim""",
    (0, HEADS): """num_attention_heads n_head n_heads num_heads encoder_attention_heads decoder_attention_heads num_key_value_heads
        num_kv_heads encoder_num_attention_heads decoder_num_attention_heads num_encoder_attention_heads num_decoder_attention_heads
        num_experts num_local_experts n_routed_experts moe_num_experts num_moe_experts linear_num_key_heads linear_num_value_heads linear_num_heads num_groups
        num_global_key_value_heads index_n_heads""",
    (0, 8): "mamba_n_heads mamba_num_heads num_conv_pos_embeddings hidden_size_per_layer_input num_latents",
    (0, 2): "num_experts_per_tok moe_topk moe_k top_k_experts num_experts_per_token",
    (0, 1): "n_group topk_group num_expert_group n_shared_experts mamba_n_groups n_groups num_hidden_groups zero_expert_num first_k_dense_replace",
    (0, 0): "num_kv_shared_layers",
    (0, 16): "state_size mamba_d_state ssm_state_size",
    (0, 32): "image_size",
    (0, LABELS): "num_labels",
    (0, LONGEST): "max_position_embeddings n_positions n_ctx max_source_positions max_target_positions max_seq_len",
}  # fmt: skip
LAYERS = """num_hidden_layers n_layer n_layers num_layers encoder_layers decoder_layers num_encoder_layers num_decoder_layers
    decoder_num_hidden_layers encoder_num_hidden_layers num_blocks n_attn_blocks depths num_encoder_blocks_depths num_layers_per_stage"""
