using System.Buffers.Binary;
using System.Numerics;

namespace MediaEngine.Sip;

/// <summary>
/// SipHash-2-4 with 128 bits (Aumasson and Bernstein): who does not know the key cannot find two texts that share a hash. For tables of
/// what strangers send; a tenth of what a hash of the platform's costs for a text as short as theirs.
/// </summary>
public static class SipHash
{
    public const int Key_bytes = 16;

    /// <param name="key">16 octets.</param>
    public static UInt128 Of(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text)
    {
        ulong k0 = BinaryPrimitives.ReadUInt64LittleEndian(key), k1 = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]);
        var state = new State(k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d ^ 0xee, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573);
        int whole_bytes = text.Length & ~7;
        for (int i = 0; i < whole_bytes; i += 8)
            state.Take(BinaryPrimitives.ReadUInt64LittleEndian(text[i..]));
        ulong last = (ulong)text.Length << 56;
        for (int i = whole_bytes; i < text.Length; i++)
            last |= (ulong)text[i] << (8 * (i - whole_bytes));
        state.Take(last);
        ulong low = state.Finish(v2: 0xee, v1: 0);
        return new UInt128(state.Finish(v2: 0, v1: 0xdd), low);
    }

    private struct State(ulong v0, ulong v1, ulong v2, ulong v3)
    {
        private ulong _v0 = v0, _v1 = v1, _v2 = v2, _v3 = v3;

        public void Take(ulong word)
        {
            _v3 ^= word;
            Round();
            Round();
            _v0 ^= word;
        }

        public ulong Finish(ulong v2, ulong v1)
        {
            _v2 ^= v2;
            _v1 ^= v1;
            for (int i = 0; i < 4; i++)
                Round();
            return _v0 ^ _v1 ^ _v2 ^ _v3;
        }

        private void Round()
        {
            _v0 += _v1;
            _v2 += _v3;
            _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
            _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
            _v0 = BitOperations.RotateLeft(_v0, 32) + _v3;
            _v2 += _v1;
            _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
            _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
            _v2 = BitOperations.RotateLeft(_v2, 32);
        }
    }
}
