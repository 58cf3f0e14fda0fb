"""Re-screens of hundreds of millions of lines: files judged in parts, on many machines, findings as Parquet.

`job` is what is asked, `plan` cuts the files into parts and keeps what is done, `work` judges one part and knows
nothing of machines, `on_ray` spreads parts over a cluster, `told` adds up what they came to.
"""
