"""Models that read a user's history in its order: SASRec, BERT4Rec, and what pretrains them."""
