using System.Security.Cryptography;

namespace MediaEngine.Keys;

/// <summary>Secret octets that the collector never copies; zeroed when disposed.</summary>
internal sealed class SecretOctets : IDisposable
{
    private readonly byte[] _octets;
    private volatile bool _disposed;

    public SecretOctets(int length) => _octets = GC.AllocateArray<byte>(length, pinned: true);

    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _octets;
        }
    }

    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_octets);
    }
}
