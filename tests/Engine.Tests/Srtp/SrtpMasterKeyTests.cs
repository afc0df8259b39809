using System.Reflection;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

public sealed class SrtpMasterKeyTests
{
    [Fact]
    public void TextShowsProfileAndMkiButNoKeyMaterial()
    {
        using SrtpMasterKey key = Packets.Key(0xAB, "01020304");
        string text = $"{key}";
        Assert.Equal("AeadAes128Gcm MKI 01020304", text);
        Assert.DoesNotContain("abab", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void OnlyTheMkiIsReadableFromOutside()
    {
        IEnumerable<string> members = typeof(SrtpMasterKey)
            .GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(member => member is PropertyInfo or FieldInfo).Select(member => member.Name);
        Assert.Equal(["Mki", "Profile"], members.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void DisposeZeroesKeyAndSalt()
    {
        SrtpMasterKey key = Packets.Key(0xAB, "01020304");
        byte[][] secrets = [.. new[] { "_key", "_salt" }.Select(field => (byte[])typeof(SrtpMasterKey)
            .GetField(field, BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(key)!)];
        Assert.All(secrets, secret => Assert.Contains(secret, octet => octet != 0));
        key.Dispose();
        Assert.All(secrets, secret => Assert.All(secret, octet => Assert.Equal(0, octet)));
    }

    [Theory]
    [InlineData(15, 12, 0)]
    [InlineData(32, 12, 0)]
    [InlineData(16, 14, 0)]
    [InlineData(16, 12, 17)]
    public void LengthsThatDoNotFitAreRefused(int key, int salt, int mki) =>
        Assert.Throws<ArgumentException>(
            () => new SrtpMasterKey(SrtpProfile.AeadAes128Gcm, new byte[key], new byte[salt], new byte[mki]));
}
