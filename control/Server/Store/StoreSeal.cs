using System.Security.Cryptography;
using System.Text;

namespace MediaEngine.Server;

/// <summary>
/// Encrypts what must not be read in a store or beside it: AES-256-GCM under the store key, bound to kind and identifier, so a
/// sealed value cannot be put in another's place. One thread.
/// </summary>
public sealed class StoreSeal : IDisposable
{
    /// <summary>The store key in hex; it is used before the file.</summary>
    public const string EnvironmentVariable = "MEDIAENGINE_STORE_KEY";

    public const int Key_bytes = 32;

    private const int Nonce_bytes = 12;
    private const int Tag_bytes = 16;

    private readonly AesGcm _cipher;

    /// <param name="key">32 octets.</param>
    public StoreSeal(ReadOnlySpan<byte> key)
    {
        if (key.Length != Key_bytes)
            throw new ArgumentException($"A store key has {Key_bytes} octets.", nameof(key));
        _cipher = new AesGcm(key, Tag_bytes);
    }

    /// <summary>The seal with the environment variable's key, else the file's; null when neither is given.</summary>
    /// <param name="path">File of 64 hex digits, for its owner only.</param>
    /// <param name="environment">The variable's value.</param>
    /// <param name="mayCreate">Makes a missing file: there is nothing yet that another key sealed.</param>
    /// <exception cref="ConfigurationException">Names file or variable, reason and way out; never the key.</exception>
    public static StoreSeal? Load(string? path, string? environment, bool mayCreate)
    {
        if (!string.IsNullOrEmpty(environment))
            return Parse(environment, $"the environment variable {EnvironmentVariable}");
        if (path is null)
            return null;
        try
        {
            if (!File.Exists(path) && mayCreate)
                Create(path);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
                throw new ConfigurationException($"{path}: the store key may be read or written by others; run chmod 600 on it.");
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path}: the store key cannot be read ({e.Message.TrimEnd('.')}); restore it, or delete the store, which nobody can read without it.", e);
        }
    }

    /// <summary>nonce ‖ ciphertext ‖ tag.</summary>
    public byte[] Seal(string kind, string id, ReadOnlySpan<byte> plaintext)
    {
        byte[] result = new byte[Nonce_bytes + plaintext.Length + Tag_bytes];
        Span<byte> nonce = result.AsSpan(0, Nonce_bytes);
        RandomNumberGenerator.Fill(nonce);
        _cipher.Encrypt(nonce, plaintext, result.AsSpan(Nonce_bytes, plaintext.Length), result.AsSpan(^Tag_bytes..), AssociatedData(kind, id));
        return result;
    }

    /// <summary>False when it was sealed under another key, for another kind or identifier, or changed.</summary>
    /// <param name="plaintext">The caller's to zero.</param>
    public bool TryOpen(string kind, string id, ReadOnlySpan<byte> value, out byte[] plaintext)
    {
        plaintext = [];
        if (value.Length < Nonce_bytes + Tag_bytes)
            return false;
        byte[] opened = new byte[value.Length - Nonce_bytes - Tag_bytes];
        try
        {
            _cipher.Decrypt(value[..Nonce_bytes], value[Nonce_bytes..^Tag_bytes], value[^Tag_bytes..], opened, AssociatedData(kind, id));
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
        plaintext = opened;
        return true;
    }

    public void Dispose() => _cipher.Dispose();

    private static void Create(string path)
    {
        byte[] key = RandomNumberGenerator.GetBytes(Key_bytes);
        SecretFile.Write(path, Convert.ToHexStringLower(key) + "\n");
        CryptographicOperations.ZeroMemory(key);
    }

    private static StoreSeal Parse(string text, string where)
    {
        string hex = text.Trim();
        Span<byte> key = stackalloc byte[Key_bytes];
        bool valid = hex.Length == 2 * Key_bytes && hex.All(char.IsAsciiHexDigit);
        if (!valid)
            throw new ConfigurationException($"{where}: has {hex.Length} characters or other than hex digits; a store key is {2 * Key_bytes} hex digits, such as openssl rand -hex {Key_bytes} makes.");
        Convert.FromHexString(hex, key, out _, out _);
        var seal = new StoreSeal(key);
        CryptographicOperations.ZeroMemory(key);
        return seal;
    }

    private static byte[] AssociatedData(string kind, string id) => Encoding.UTF8.GetBytes($"{kind}|{id}");
}
