using MediaEngine.Keys;

namespace MediaEngine.Server;

/// <summary>Reads <c>id</c>, <c>key</c> and <c>rand</c> of a configured key.</summary>
public static class ConfiguredKey
{
    private const int Rand_bytes = 16;

    /// <exception cref="ConfigurationException">Names file, line, key and reason; never a key's value.</exception>
    public static McxKey Read(YamlSection section, string what, params ReadOnlySpan<KeyPurpose> purposes)
    {
        string text = section.Required("id", "8 hex digits, quoted");
        if (!KeyIdentifier.TryParse(text, out KeyIdentifier id))
            throw section.Wrong("id", $"'{text}' is not a key identifier: 8 hex digits, quoted");
        if (!purposes.Contains(id.Purpose))
            throw section.Wrong("id", $"'{text}' is not the identifier of {what}: its first hex digit must be {string.Join(" or ", purposes.ToArray().Select(purpose => (int)purpose))}");
        var key = new McxKey(
            id, section.Octets("key", McxKey.Key_bytes, what), section.Octets("rand", Rand_bytes, $"the RAND delivered with {what}"));
        section.RefuseUnknown();
        return key;
    }

    /// <summary>A group's key for floor control by multicast.</summary>
    /// <exception cref="ConfigurationException">Names file, line, key and reason; never a key's value.</exception>
    public static McxKey ReadFloorKey(YamlSection section) =>
        Read(section, "a MuSiK or MKFC", KeyPurpose.MulticastSignallingKey, KeyPurpose.MulticastFloorControlKey);
}
