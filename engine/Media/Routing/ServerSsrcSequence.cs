using System.Buffers.Binary;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>
/// Floor control SSRCs that never repeat: a keyed permutation of 32-bit numbers (four Feistel rounds) applied to a
/// counter. SRTCP's nonce is SSRC and index, and the index starts anew with every leg, so one SSRC used twice under one
/// CSK would repeat nonces (RFC 7714 9.1). A permutation needs no memory of the SSRCs given, and can be asked about one.
/// Shards take every n-th number, so they never give the same.
/// </summary>
internal sealed class ServerSsrcSequence
{
    private const int Rounds = 4;

    private readonly uint[] _keys = new uint[Rounds];
    private readonly uint _first;
    private readonly uint _step;
    private ulong _next;

    /// <param name="key">The same for all shards of a node, from its entropy.</param>
    /// <param name="shard">0 to <paramref name="shards"/> - 1.</param>
    /// <param name="shards">1 or more.</param>
    public ServerSsrcSequence(ReadOnlySpan<byte> key, int shard, int shards)
    {
        if (key.Length != KeyLength_bytes)
            throw new ArgumentException($"The key has {KeyLength_bytes} octets.", nameof(key));
        for (int i = 0; i < Rounds; i++)
            _keys[i] = BinaryPrimitives.ReadUInt32BigEndian(key[(4 * i)..]);
        _first = (uint)shard;
        _step = (uint)shards;
        _next = _first;
    }

    public static int KeyLength_bytes => 4 * Rounds;

    /// <summary>For a shard that is alone.</summary>
    public static ServerSsrcSequence Create(IEntropy entropy)
    {
        Span<byte> key = stackalloc byte[KeyLength_bytes];
        entropy.Fill(key);
        return new ServerSsrcSequence(key, 0, 1);
    }

    /// <summary>A new SSRC, not 0 and not <paramref name="except"/>. False when 2^32 were given.</summary>
    public bool TryNext(uint except, out uint ssrc)
    {
        while (_next <= uint.MaxValue)
        {
            ssrc = Permute((uint)_next);
            _next += _step;
            if (ssrc != 0 && ssrc != except)
                return true;
        }
        ssrc = 0;
        return false;
    }

    /// <summary>True for an SSRC this shard has given.</summary>
    public bool Gave(uint ssrc)
    {
        uint number = Invert(ssrc);
        return number < _next && number % _step == _first;
    }

    private uint Permute(uint value)
    {
        uint left = value >> 16;
        uint right = value & 0xFFFF;
        foreach (uint key in _keys)
            (left, right) = (right, left ^ Mix(right, key));
        return left << 16 | right;
    }

    private uint Invert(uint value)
    {
        uint left = value >> 16;
        uint right = value & 0xFFFF;
        for (int i = Rounds - 1; i >= 0; i--)
            (left, right) = (right ^ Mix(left, _keys[i]), left);
        return left << 16 | right;
    }

    private static uint Mix(uint half, uint key)
    {
        uint mixed = (half | half << 16) ^ key;
        mixed = (mixed ^ mixed >> 15) * 0x2C1B_3C6D;
        mixed = (mixed ^ mixed >> 12) * 0x297A_2D39;
        return (mixed ^ mixed >> 15) & 0xFFFF;
    }
}
