"""The least a Streamlit page can be: what the start of any other is measured against."""

import streamlit as st

st.text_area("Prompt")
st.button("Generate")
