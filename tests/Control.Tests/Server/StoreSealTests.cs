using System.Text;
using MediaEngine.Server;

namespace MediaEngine.Control.Tests.Server;

#pragma warning disable CA1416 // The server runs on Linux.

public sealed class StoreSealTests : IDisposable
{
    private static readonly string Key = new string('a', 62) + "0F";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_sealed_opens_under_the_same_key_only()
    {
        using StoreSeal seal = Load(Key), same = Load(Key), other = Load(new string('b', 64));
        byte[] value = seal.Seal("GroupKey", "00000001", "secret"u8);

        Assert.True(same.TryOpen("GroupKey", "00000001", value, out byte[] opened));
        Assert.Equal("secret", Encoding.ASCII.GetString(opened));
        Assert.False(other.TryOpen("GroupKey", "00000001", value, out opened));
        Assert.Empty(opened);
    }

    [Theory]
    [InlineData("ClientKey", "00000001")]
    [InlineData("GroupKey", "00000002")]
    [InlineData("GroupKey|00000001", "")]
    public void It_does_not_open_in_anothers_place(string kind, string id)
    {
        using StoreSeal seal = Load(Key);

        Assert.False(seal.TryOpen(kind, id, seal.Seal("GroupKey", "00000001", "secret"u8), out _));
    }

    [Fact]
    public void Any_changed_bit_and_any_missing_octet_is_found()
    {
        using StoreSeal seal = Load(Key);
        byte[] value = seal.Seal("k", "i", "secret"u8);
        for (int bit = 0; bit < 8 * value.Length; bit++)
        {
            byte[] changed = [.. value];
            changed[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(seal.TryOpen("k", "i", changed, out _));
        }
        for (int length = 0; length < value.Length; length++)
            Assert.False(seal.TryOpen("k", "i", value.AsSpan(0, length), out _));
    }

    [Fact]
    public void The_same_value_is_never_sealed_alike()
    {
        using StoreSeal seal = Load(Key);

        Assert.NotEqual(seal.Seal("k", "i", "secret"u8), seal.Seal("k", "i", "secret"u8));
    }

    [Fact]
    public void A_missing_file_is_made_where_that_is_allowed_for_its_owner_only()
    {
        string path = _folder.File("store.key");
        using (StoreSeal? made = StoreSeal.Load(path, null, mayCreate: true))
        using (StoreSeal? again = StoreSeal.Load(path, null, mayCreate: false))
            Assert.True(again!.TryOpen("k", "i", made!.Seal("k", "i", [1]), out _));

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(64, File.ReadAllText(path).Trim().Length);
    }

    [Fact]
    public void A_missing_file_of_an_existing_store_is_an_error()
    {
        string path = _folder.File("store.key");

        string message = Assert.Throws<ConfigurationException>(() => StoreSeal.Load(path, null, mayCreate: false)).Message;

        Assert.StartsWith($"{path}: the store key cannot be read", message, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_file_that_others_may_read_is_refused()
    {
        string path = _folder.Write("store.key", Key);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        Assert.Contains("chmod 600", Assert.Throws<ConfigurationException>(() => StoreSeal.Load(path, null, mayCreate: true)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("63")]
    [InlineData("x")]
    public void A_key_that_is_none_is_refused_without_being_repeated(string fault)
    {
        string key = fault == "x" ? "xyz" + Key[3..] : Key[1..];
        string path = _folder.File("store.key");
        SecretFile.Write(path, key);

        string fromFile = Assert.Throws<ConfigurationException>(() => StoreSeal.Load(path, null, mayCreate: true)).Message;
        string fromVariable = Assert.Throws<ConfigurationException>(() => Load(key)).Message;

        Assert.StartsWith(path, fromFile, StringComparison.Ordinal);
        Assert.Contains(StoreSeal.EnvironmentVariable, fromVariable, StringComparison.Ordinal);
        Assert.DoesNotContain("aaaa", fromFile + fromVariable, StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_variable_comes_before_the_file()
    {
        string path = _folder.File("store.key");
        SecretFile.Write(path, new string('b', 64));
        using StoreSeal both = StoreSeal.Load(path, Key, mayCreate: false)!, variable = Load(Key);

        Assert.True(variable.TryOpen("k", "i", both.Seal("k", "i", [1]), out _));
        Assert.Null(StoreSeal.Load(null, null, mayCreate: true));
    }

    private static StoreSeal Load(string key) => StoreSeal.Load(null, key, mayCreate: false)!;
}
