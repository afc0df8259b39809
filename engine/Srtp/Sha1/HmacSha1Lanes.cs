using System.Buffers.Binary;

namespace MediaEngine.Srtp;

/// <summary>
/// HMAC-SHA1 of up to sixteen messages of one length, each with its own key and trailer, computed side by side where the
/// processor has wide vectors. Reusable; allocates nothing after construction.
/// </summary>
internal sealed class HmacSha1Lanes
{
    public const int Lanes = Sha1LaneBlock.Lanes;

    // A round of sixteen lanes costs the same however many are used; below this one message at a time is cheaper.
    private const int WorthwhileLanes = 8;
    private const int LastBlocks_bytes = 2 * Sha1Block.Block_bytes;

    private readonly HmacSha1?[] _keys = new HmacSha1?[Lanes];
    private readonly int[] _offsets = new int[Lanes];
    private readonly int[] _blockOffsets = new int[Lanes];
    private readonly uint[] _trailers = new uint[Lanes];
    private readonly byte[] _lastBlocks = new byte[Lanes * LastBlocks_bytes];
    private readonly uint[] _words = new uint[Sha1LaneBlock.BlockWords * Lanes];
    private readonly uint[] _state = new uint[Sha1Block.StateWords * Lanes];
    private readonly byte[] _codes = new byte[Lanes * HmacSha1.Output_bytes];

    public int Count { get; private set; }

    public bool IsFull => Count == Lanes;

    /// <param name="key">Must stay as it is until <see cref="Compute"/>.</param>
    /// <param name="offset">Where the message begins.</param>
    /// <param name="trailer">Follows the message.</param>
    public void Add(HmacSha1 key, int offset, uint trailer)
    {
        _keys[Count] = key;
        _offsets[Count] = offset;
        _trailers[Count] = trailer;
        Count++;
    }

    public void Clear()
    {
        Array.Clear(_keys);
        Count = 0;
    }

    /// <summary>The 20 octets of a message's code, in the order of <see cref="Add"/>.</summary>
    public ReadOnlySpan<byte> Code(int message) => _codes.AsSpan(message * HmacSha1.Output_bytes, HmacSha1.Output_bytes);

    /// <summary>Computes every code; all messages have this length.</summary>
    public void Compute(ReadOnlySpan<byte> memory, int length_bytes)
    {
        if (Count >= WorthwhileLanes && Sha1LaneBlock.IsSupported)
            ComputeTogether(memory, length_bytes);
        else
            ComputeApart(memory, length_bytes);
    }

    internal void ComputeApart(ReadOnlySpan<byte> memory, int length_bytes)
    {
        for (int lane = 0; lane < Count; lane++)
        {
            _keys[lane]!.Compute(
                memory.Slice(_offsets[lane], length_bytes), _trailers[lane],
                _codes.AsSpan(lane * HmacSha1.Output_bytes, HmacSha1.Output_bytes));
        }
    }

    internal void ComputeTogether(ReadOnlySpan<byte> memory, int length_bytes)
    {
        for (int lane = Count; lane < Lanes; lane++)
        {
            _keys[lane] = _keys[0];
            _offsets[lane] = _offsets[0];
            _trailers[lane] = _trailers[0];
        }
        for (int lane = 0; lane < Lanes; lane++)
            Scatter(_keys[lane]!.Inner, lane);
        int whole = length_bytes & ~(Sha1Block.Block_bytes - 1);
        _offsets.CopyTo(_blockOffsets, 0);
        for (int done = 0; done < whole; done += Sha1Block.Block_bytes)
            CompressNext(memory);

        int lastLength = 0;
        for (int lane = 0; lane < Lanes; lane++)
        {
            _blockOffsets[lane] = lane * LastBlocks_bytes;
            lastLength = HmacSha1.WriteLastBlocks(
                memory.Slice(_offsets[lane], length_bytes), _trailers[lane], _lastBlocks.AsSpan(_blockOffsets[lane]));
        }
        for (int done = 0; done < lastLength; done += Sha1Block.Block_bytes)
            CompressNext(_lastBlocks);

        WriteOuterBlocks();
        for (int lane = 0; lane < Lanes; lane++)
            Scatter(_keys[lane]!.Outer, lane);
        Sha1LaneBlock.Compress(_state, _words);
        for (int lane = 0; lane < Count; lane++)
            Gather(lane, _codes.AsSpan(lane * HmacSha1.Output_bytes));
    }

    private void CompressNext(ReadOnlySpan<byte> memory)
    {
        Sha1LaneBlock.Load(memory, _blockOffsets, _words);
        Sha1LaneBlock.Compress(_state, _words);
        for (int lane = 0; lane < Lanes; lane++)
            _blockOffsets[lane] += Sha1Block.Block_bytes;
    }

    // The outer hash is over the inner one: 20 octets after the block of the outer pad.
    private void WriteOuterBlocks()
    {
        _state.CopyTo(_words, 0);
        _words.AsSpan(Sha1Block.StateWords * Lanes).Clear();
        _words.AsSpan(Sha1Block.StateWords * Lanes, Lanes).Fill(0x8000_0000);
        _words.AsSpan(15 * Lanes, Lanes).Fill(8 * (Sha1Block.Block_bytes + HmacSha1.Output_bytes));
    }

    private void Scatter(ReadOnlySpan<uint> pad, int lane)
    {
        for (int word = 0; word < Sha1Block.StateWords; word++)
            _state[word * Lanes + lane] = pad[word];
    }

    private void Gather(int lane, Span<byte> code)
    {
        for (int word = 0; word < Sha1Block.StateWords; word++)
            BinaryPrimitives.WriteUInt32BigEndian(code[(4 * word)..], _state[word * Lanes + lane]);
    }
}
