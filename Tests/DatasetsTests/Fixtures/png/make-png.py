"""Writes the images of this folder, by Pillow and by Netpbm's pnmtopng, into a folder png; and gray.txt
with the gray values of each, as NumPy computes them, and of those that Pillow scales to 28 x 28."""
import numpy as np, subprocess, json, os
from PIL import Image
rng=np.random.default_rng(0); H,W=7,11
os.makedirs('png',exist_ok=True)
yy,xx=np.mgrid[:H,:W]
g=((yy*37+xx*23+rng.integers(0,9,(H,W)))%256).astype(np.uint8)
rgb=np.stack([g,255-g,(g//2+40).astype(np.uint8)],2)
a=((xx*25)%256).astype(np.uint8)
exp={}
def luma(c): c=c.astype(int); return (299*c[...,0]+587*c[...,1]+114*c[...,2]+500)//1000
def put(n,im,v,**k): im.save(f'png/{n}.png',**k); exp[n]=np.asarray(v).astype(int).ravel().tolist()
put('gray8',Image.fromarray(g),g)
put('rgb8',Image.fromarray(rgb),luma(rgb))
put('gray1',Image.fromarray(g>127),(g>127)*255)
put('graya8',Image.fromarray(np.stack([g,a],2),'LA'),g.astype(int)*a//255)
put('rgba8',Image.fromarray(np.dstack([rgb,a])),luma(rgb)*a//255)
put('gray16',Image.fromarray((g.astype(np.uint16)<<8)+77),g)
p=Image.fromarray(rgb).quantize(13); q=np.asarray(p.convert('RGB')); put('palette',p,luma(q))
p2=Image.fromarray(rgb).quantize(4); put('palette2',p2,luma(np.asarray(p2.convert('RGB'))),bits=2)
p3=Image.fromarray(rgb).quantize(13); put('palette_alpha',p3,np.where(np.asarray(p3)==3,0,luma(np.asarray(p3.convert('RGB')))),transparency=3)
Image.fromarray(g).save('g.pgm'); Image.fromarray(rgb).save('c.ppm')
for n,src,extra,v in (('gray8_interlaced','g.pgm',['-interlace'],g),('rgb8_interlaced','c.ppm',['-interlace'],luma(rgb))):
    open(f'png/{n}.png','wb').write(subprocess.run(['pnmtopng',*extra,src],capture_output=True,check=True).stdout); exp[n]=np.asarray(v).astype(int).ravel().tolist()
for f in ('nofilter','sub','up','avg','paeth'):
    open(f'png/filter_{f}.png','wb').write(subprocess.run(['pnmtopng','-'+f,'g.pgm'],capture_output=True,check=True).stdout); exp[f'filter_{f}']=g.astype(int).ravel().tolist()
# scaling
big=((np.mgrid[:50,:40].sum(0)*7)%256).astype(np.uint8); small=Image.fromarray(big).resize((28,28),Image.BILINEAR)
put('scaled_40x50',Image.fromarray(big),np.asarray(small)); up=Image.fromarray(g).resize((28,28),Image.BILINEAR); exp['scaled_gray8']=np.asarray(up).astype(int).ravel().tolist()
open('png/gray.txt','w').write(''.join(f'{k} {" ".join(map(str,v))}\n' for k,v in sorted(exp.items())))
