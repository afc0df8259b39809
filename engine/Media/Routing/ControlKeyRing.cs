using System.Security.Cryptography;
using MediaEngine.Keys;

namespace MediaEngine.Media;

/// <summary>The CSKs and SPKs in use on a shard. Two clients of different systems may have the same CSK-ID.</summary>
internal sealed class ControlKeyRing
{
    private readonly Dictionary<KeyIdentifier, List<ControlKey>> _keys = [];

    /// <summary>Takes ownership of the key; release once per acquire.</summary>
    public ControlKey Acquire(ClientServerKey key)
    {
        McxKey same = key.ToMcxKey();
        key.Dispose();
        return Acquire(same);
    }

    /// <summary>Takes ownership of the key; release once per acquire.</summary>
    public ControlKey Acquire(McxKey key)
    {
        if (!_keys.TryGetValue(key.Id, out List<ControlKey>? sameId))
            _keys.Add(key.Id, sameId = []);
        ControlKey? known = sameId.Find(control => control.IsSame(key));
        if (known is null)
        {
            known = new ControlKey(key);
            sameId.Add(known);
        }
        else
        {
            key.Dispose();
        }
        known.Legs++;
        return known;
    }

    public void Release(ControlKey key)
    {
        if (--key.Legs > 0)
            return;
        List<ControlKey> sameId = _keys[key.Id];
        sameId.Remove(key);
        if (sameId.Count == 0)
            _keys.Remove(key.Id);
        key.Dispose();
    }
}
