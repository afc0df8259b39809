using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary><see cref="SipHash"/> of some fields under a key of this process: nobody outside can find two lists of fields that share it. One thread.</summary>
internal sealed class KeyedHash : IDisposable
{
    private readonly byte[] _key = new byte[SipHash.Key_bytes];
    private byte[] _text = new byte[1024];
    private int _length_bytes;

    public KeyedHash(IEntropy entropy) => entropy.Fill(_key);

    /// <summary>Adds a field, none of which holds a line break.</summary>
    public KeyedHash Add(ReadOnlySpan<char> field)
    {
        field.CopyTo(Room(field.Length));
        return this;
    }

    /// <summary>Adds a field of which the case does not matter.</summary>
    public KeyedHash AddLower(ReadOnlySpan<char> field)
    {
        field.ToLowerInvariant(Room(field.Length));
        return this;
    }

    public KeyedHash Add(uint number)
    {
        MemoryMarshal.Cast<char, uint>(Room(sizeof(uint) / sizeof(char)))[0] = number;
        return this;
    }

    /// <summary>Of the fields since the last one.</summary>
    public UInt128 Take()
    {
        UInt128 hash = SipHash.Of(_key, _text.AsSpan(0, _length_bytes));
        _length_bytes = 0;
        return hash;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    /// <summary>For a field; what separates it from the next stands behind it.</summary>
    private Span<char> Room(int characters)
    {
        int field_bytes = characters * sizeof(char);
        if (_text.Length - _length_bytes < field_bytes + sizeof(char))
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _length_bytes + field_bytes + sizeof(char)));
        Span<char> room = MemoryMarshal.Cast<byte, char>(_text.AsSpan(_length_bytes, field_bytes + sizeof(char)));
        room[characters] = '\n';
        _length_bytes += field_bytes + sizeof(char);
        return room[..characters];
    }
}
